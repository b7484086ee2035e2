/** A red picture that moves, at ten a second: nobody at the table has it. */
export const picture = () => {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 180;
  const drawing = canvas.getContext('2d');
  const stream = canvas.captureStream(0);
  const [track] = stream.getVideoTracks();
  let at = 0;
  const draw = () => {
    at = (at + 8) % 320;
    drawing.fillStyle = '#d00000';
    drawing.fillRect(0, 0, 320, 180);
    drawing.fillStyle = '#ffffff';
    drawing.fillRect(at, 80, 24, 24);
    track.requestFrame();
  };
  new Worker('/attacker/ticker.js').addEventListener('message', draw);
  draw();
  return track;
};
