"""Other ways to do the same job, each a process in an environment of its own. They import nothing of Thaw."""
