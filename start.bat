@echo off
rem Double-click on Windows: starts Thaw and stays open when something goes wrong.
cd /d "%~dp0"
set "PYTHON="
where py >nul 2>nul && py -3 -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=py -3"
if not defined PYTHON where python >nul 2>nul && python -c "import sys; sys.exit(sys.version_info < (3, 11))" >nul 2>nul && set "PYTHON=python"
if not defined PYTHON (
  echo Thaw needs Python 3.11 or newer. Install it from https://www.python.org/downloads/ and double-click again.
  pause
  exit /b 2
)
%PYTHON% app.py %*
set "STATUS=%ERRORLEVEL%"
if not "%STATUS%"=="0" (
  echo.
  echo Thaw ended with status %STATUS%. What to do stands above.
  pause
)
exit /b %STATUS%
