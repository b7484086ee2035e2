const drawn = new Map<number, MediaStreamTrack>();

/** A track of a drawn person before a wall: one for each hue, kept. */
export const portrait = (hue: number): MediaStreamTrack => {
  const kept = drawn.get(hue);
  if (kept !== undefined) return kept;
  const canvas = document.createElement('canvas');
  canvas.width = 640;
  canvas.height = 360;
  const paint = canvas.getContext('2d');
  if (paint === null) throw new Error('This browser draws nothing');
  paint.scale(0.5, 0.5);
  const draw = () => {
    const wall = paint.createLinearGradient(0, 0, 1280, 720);
    wall.addColorStop(0, `hsl(${hue} 22% 34%)`);
    wall.addColorStop(1, `hsl(${hue} 30% 16%)`);
    paint.fillStyle = wall;
    paint.fillRect(0, 0, 1280, 720);
    paint.fillStyle = `hsl(${hue} 18% 44%)`;
    paint.fillRect(80, 60, 200, 420);
    paint.fillStyle = `hsl(${(hue + 190) % 360} 25% 20%)`;
    paint.beginPath();
    paint.ellipse(640, 760, 380, 300, 0, 0, Math.PI * 2);
    paint.fill();
    paint.fillStyle = 'hsl(28 40% 72%)';
    paint.fillRect(575, 430, 130, 110);
    paint.beginPath();
    paint.ellipse(640, 310, 130, 165, 0, 0, Math.PI * 2);
    paint.fill();
    paint.fillStyle = `hsl(${(hue + 40) % 360} 20% 18%)`;
    paint.beginPath();
    paint.ellipse(640, 225, 142, 100, 0, Math.PI, 0);
    paint.fill();
    for (const x of [595, 685]) {
      paint.beginPath();
      paint.arc(x, 305, 9, 0, Math.PI * 2);
      paint.fill();
    }
    paint.fillRect(605, 395, 70, 6);
  };
  draw();
  setInterval(draw, 1000);
  const [track] = canvas.captureStream(1).getVideoTracks();
  if (track === undefined) throw new Error('This canvas gives no track');
  drawn.set(hue, track);
  return track;
};
