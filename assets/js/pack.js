// Packs a chosen or dropped folder into one zip in the browser (stored, not compressed: pictures are compressed already).
// File contents are kept by reference; only the checksum reads them, one file at a time.
const CRC = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

async function checksum(file) {
  let value = 0xffffffff;
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value: bytes } = await reader.read();
    if (done) return (value ^ 0xffffffff) >>> 0;
    for (let at = 0; at < bytes.length; at += 1) value = CRC[(value ^ bytes[at]) & 255] ^ (value >>> 8);
  }
}

// The fields that a local header and a directory entry share: version, UTF-8 flag, stored, time, date, crc, sizes, name.
function shared(view, at, entry) {
  view.setUint16(at, 20, true);
  view.setUint16(at + 2, 0x0800, true);
  view.setUint16(at + 4, 0, true);
  view.setUint32(at + 6, 0x00210000, true); // 1 January 1980: the date of a picture is nobody's business
  view.setUint32(at + 10, entry.crc, true);
  view.setUint32(at + 14, entry.size, true);
  view.setUint32(at + 18, entry.size, true);
  view.setUint16(at + 22, entry.name.length, true);
}

function localHeader(entry) {
  const view = new DataView(new ArrayBuffer(30));
  view.setUint32(0, 0x04034b50, true);
  shared(view, 4, entry);
  return view.buffer;
}

function directoryEntry(entry) {
  const view = new DataView(new ArrayBuffer(46));
  view.setUint32(0, 0x02014b50, true);
  view.setUint16(4, 20, true);
  shared(view, 6, entry);
  view.setUint32(42, entry.offset, true);
  return view.buffer;
}

function directoryEnd(entries, size, offset) {
  const view = new DataView(new ArrayBuffer(22));
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(8, entries, true);
  view.setUint16(10, entries, true);
  view.setUint32(12, size, true);
  view.setUint32(16, offset, true);
  return view.buffer;
}

async function pack(files, onProgress) {
  const parts = [];
  const directory = [];
  const encoder = new TextEncoder();
  let offset = 0;
  let directorySize = 0;
  for (const [at, { file, path }] of files.entries()) {
    const entry = { name: encoder.encode(path), size: file.size, crc: await checksum(file), offset };
    parts.push(localHeader(entry), entry.name, file);
    directory.push(directoryEntry(entry), entry.name);
    offset += 30 + entry.name.length + file.size;
    directorySize += 46 + entry.name.length;
    if (at % 20 === 0) onProgress(at, files.length); // may throw, to end it
  }
  return new Blob([...parts, ...directory, directoryEnd(files.length, directorySize, offset)], { type: 'application/zip' });
}

// A folder of any size as several zips, since one without the 64-bit extension ends at 4 GB and 65,535 files. Each is
// made when it is asked for: what is sent is let go.
const PART_BYTES = 1e9;
const PART_FILES = 20000;

function parted(files) {
  const parts = [];
  let room = 0;
  const most = window.THAW_PART_FILES || PART_FILES; // lowered where parts are tried with few files
  for (const item of files) {
    const last = parts[parts.length - 1];
    if (!last || last.length >= most || room < item.file.size) { parts.push([]); room = PART_BYTES; }
    parts[parts.length - 1].push(item);
    room -= item.file.size;
  }
  return parts;
}

async function walk(entry, path, found) {
  if (entry.isFile) {
    found.push({ file: await new Promise((ok, no) => entry.file(ok, no)), path: path + entry.name });
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const batch = await new Promise((ok, no) => reader.readEntries(ok, no));
    if (!batch.length) return;
    for (const child of batch) await walk(child, path + entry.name + '/', found);
  }
}
