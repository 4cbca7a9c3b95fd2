// Photos for a kind: live from a camera where the browser allows it, else from the device's own camera program, with
// the reason in words. Knows no route; what was taken goes to `addPictures`.
const FRAMES_A_SECOND = 4;
const PHOTO_SIDE = 1280;
const MOST_PHOTOS = 300;
let stream = null;
let recording = null;
let photos = [];

const video = el('video', { autoplay: true, playsinline: true, muted: true, class: 'camera-view' });
const taken = el('div', { class: 'thumbs camera-taken' });
const count = el('p', { role: 'status', class: 'muted' });
const cameras = el('select', { class: 'thaw-input' });
const hold = el('button', { type: 'button', class: 'thaw-button primary camera-hold' });
const use = el('button', { type: 'button', class: 'thaw-button' });
const discard = el('button', { type: 'button', class: 'thaw-button quiet' });
const heading = el('h3', {});
const dialog = el('dialog', { class: 'thaw-dialog camera' }, heading, el('div', { class: 'camera-frame' }, video), cameras, hold, count, taken, el('div', { class: 'thaw-buttons' }, use, discard));
root.append(dialog);

function whyNoCamera() {
  if (!window.isSecureContext) return say('camera.insecure');
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return say('camera.unknown');
  return '';
}

async function takePhotos(label) {
  pickedFor = label;
  const reason = whyNoCamera() || (await start(''));
  if (reason) { tell(reason); shutter.click(); return; }
  photos = [];
  heading.textContent = say('camera.title', { name: label });
  paintTaken();
  dialog.showModal();
  await listCameras();
}

// Empty where the camera runs, else why not.
async function start(device) {
  release();
  try {
    const wanted = device ? { deviceId: { exact: device } } : { facingMode: 'environment' };
    stream = await navigator.mediaDevices.getUserMedia({ video: { ...wanted, width: { ideal: 1280 } }, audio: false });
  } catch (error) {
    return error.name === 'NotAllowedError' ? say('camera.refused') : say('camera.none');
  }
  video.srcObject = stream;
  return '';
}

async function listCameras() {
  const found = (await navigator.mediaDevices.enumerateDevices()).filter((device) => device.kind === 'videoinput');
  const current = stream ? stream.getVideoTracks()[0].getSettings().deviceId : '';
  cameras.hidden = found.length < 2;
  cameras.setAttribute('aria-label', say('camera.choose'));
  cameras.replaceChildren(...found.map((device, n) => el('option', { value: device.deviceId, selected: device.deviceId === current }, device.label || say('camera.nth', { n: n + 1 }))));
}

function release() {
  endRecording();
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
}

function frame() {
  if (!video.videoWidth || photos.length >= MOST_PHOTOS) return;
  const scale = Math.min(1, PHOTO_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = el('canvas', { width: Math.round(video.videoWidth * scale), height: Math.round(video.videoHeight * scale) });
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 17);
  canvas.toBlob((blob) => {
    if (!blob) return;
    photos.push(new File([blob], 'photo-' + stamp + '-' + (photos.length + 1) + '.jpg', { type: 'image/jpeg' }));
    paintTaken();
  }, 'image/jpeg', 0.92);
}

function record() {
  if (recording) return;
  hold.classList.add('recording');
  frame();
  recording = setInterval(frame, 1000 / FRAMES_A_SECOND);
}

function endRecording() {
  clearInterval(recording);
  recording = null;
  hold.classList.remove('recording');
}

function paintTaken() {
  count.textContent = say('camera.taken', { n: photos.length });
  use.textContent = say('camera.use', { n: photos.length });
  use.disabled = !photos.length;
  discard.textContent = say('camera.discard');
  hold.replaceChildren(icon('camera', 18), say('camera.hold'));
  const addresses = photos.slice(-8).map((file) => URL.createObjectURL(file));
  taken.replaceChildren(...addresses.map((source) => {
    const image = el('img', { src: source, alt: '' });
    image.addEventListener('load', () => URL.revokeObjectURL(source));
    return image;
  }));
}

hold.addEventListener('pointerdown', (event) => { hold.setPointerCapture(event.pointerId); record(); });
for (const name of ['pointerup', 'pointercancel', 'blur']) hold.addEventListener(name, endRecording);
hold.addEventListener('keydown', (event) => { if ([' ', 'Enter'].includes(event.key)) { event.preventDefault(); record(); } });
hold.addEventListener('keyup', endRecording);
hold.addEventListener('contextmenu', (event) => event.preventDefault()); // a long press on a phone
cameras.addEventListener('change', async () => { const reason = await start(cameras.value); if (reason) count.textContent = reason; });
use.addEventListener('click', () => { const files = photos; dialog.close(); addPictures(pickedFor, files); });
discard.addEventListener('click', () => dialog.close());
dialog.addEventListener('close', release);
