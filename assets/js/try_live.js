// The camera live: a frame goes to the model when the one before has its answer, so that nothing ever queues up, and at
// most a few times a second. Where a browser forbids the camera it says why. Knows no route; `answerFrame` asks.
const FRAME_SIDE = 480;
const FRAME_MS = 250;
let stream = null;
let held = false; // somebody is telling what the last frame shows
let slow = 0; // ms more between frames, where a server takes only so many a minute

const video = el('video', { autoplay: true, playsinline: true, muted: true, class: 'camera-view' });
const live = el('div', { class: 'try-live', hidden: true }, video);
const liveSaid = el('p', { class: 'muted', role: 'status' });

function whyNoCamera() {
  if (!window.isSecureContext) return say('camera.insecure');
  if (!navigator.mediaDevices || !navigator.mediaDevices.getUserMedia) return say('camera.unknown');
  return '';
}

// Empty where the camera runs, else why not.
async function startLive(answerFrame) {
  const reason = whyNoCamera();
  if (reason) return reason;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 640 } }, audio: false });
  } catch (error) {
    return error.name === 'NotAllowedError' ? say('camera.refused') : say('camera.none');
  }
  video.srcObject = stream;
  live.hidden = false;
  held = false;
  slow = 0;
  watchFrames(stream, answerFrame);
  return '';
}

function stopLive() {
  if (stream) stream.getTracks().forEach((track) => track.stop());
  stream = null;
  live.hidden = true;
}

async function watchFrames(mine, answerFrame) {
  while (stream === mine && alive()) {
    const began = performance.now();
    const seen = !held && !document.hidden && live.offsetWidth && video.videoWidth ? await frame() : null;
    if (seen && stream === mine) await answerFrame(seen);
    const rest = seen ? FRAME_MS + slow - (performance.now() - began) : FRAME_MS;
    if (rest > 0) await new Promise((wake) => setTimeout(wake, rest));
  }
  if (stream === mine) stopLive();
}

function frame() {
  const scale = Math.min(1, FRAME_SIDE / Math.max(video.videoWidth, video.videoHeight));
  const canvas = el('canvas', { width: Math.round(video.videoWidth * scale), height: Math.round(video.videoHeight * scale) });
  canvas.getContext('2d').drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob((blob) => done(blob && new File([blob], 'camera.jpg', { type: 'image/jpeg' })), 'image/jpeg', 0.9));
}
