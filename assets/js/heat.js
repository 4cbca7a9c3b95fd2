// Draws where a network looked: a grid of bytes as a glow of orange, alone or over a picture. Knows no route.
function heatPixels(map) {
  const bytes = atob(map.pixels);
  const canvas = el('canvas', { width: map.width, height: map.height });
  const brush = canvas.getContext('2d');
  const pixels = brush.createImageData(map.width, map.height);
  for (let at = 0; at < bytes.length; at += 1) {
    const heat = bytes.charCodeAt(at);
    pixels.data.set([255, 120 + heat / 3, 20, heat * 0.82], at * 4);
  }
  brush.putImageData(pixels, 0, 0);
  return canvas;
}

// The grid alone, on a dark ground.
function heatCanvas(map, size) {
  const canvas = el('canvas', { width: size, height: size, class: 'heat', 'aria-hidden': 'true' });
  const brush = canvas.getContext('2d');
  brush.fillStyle = '#0f172a';
  brush.fillRect(0, 0, size, size);
  brush.drawImage(heatPixels(map), 0, 0, size, size);
  return canvas;
}

// Over a picture: the network sees the middle of the square around the picture's centre, `covers` of its side; where a
// part was marked, of that part.
function heatOver(image, map, covers, part) {
  const [wide, high] = [image.naturalWidth, image.naturalHeight];
  const canvas = el('canvas', { width: wide, height: high, class: 'heat', 'aria-hidden': 'true' });
  const brush = canvas.getContext('2d');
  const [left, top, right, bottom] = part || [0, 0, 1, 1];
  const side = Math.min((right - left) * wide, (bottom - top) * high) * covers;
  brush.drawImage(image, 0, 0);
  brush.fillStyle = 'rgb(15 23 42 / 0.35)';
  brush.fillRect(0, 0, wide, high);
  brush.drawImage(heatPixels(map), ((left + right) / 2) * wide - side / 2, ((top + bottom) / 2) * high - side / 2, side, side);
  return canvas;
}
