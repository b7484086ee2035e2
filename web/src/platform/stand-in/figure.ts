/** Who is drawn. */
export type Figure = {
  /** The seat's name, and the line under it (function, delegation). */
  readonly name: string;
  readonly line: string;
  /** Hue of everything around the figure, 0 to 359: each seat's own, so that its picture is known by its content. */
  readonly hue: number;
};

/** What moves. */
export type Pose = {
  /** Seconds since the drawing began. */
  readonly seconds: number;
  /** How far the mouth stands open, 0 to 1. */
  readonly mouth: number;
  /** The clock's text. */
  readonly clock: string;
};

type Canvas = OffscreenCanvasRenderingContext2D;

/** Colours of a person, drawn from the hue so that two seats do not look like twins. */
type Looks = { readonly skin: string; readonly shade: string; readonly hair: string; readonly long: boolean };

const SKINS = [
  ['#d8ab8c', '#b98666'],
  ['#a87552', '#835637'],
  ['#e6c3a5', '#c79a78'],
  ['#7d5238', '#5d3a26'],
  ['#c39270', '#9c6d4d'],
] as const;
const HAIRS = ['#3b2f2a', '#8a8580', '#5b3a22', '#1f1c1b'] as const;

function looksOf(hue: number): Looks {
  const kind = Math.round(hue / 15);
  const [skin, shade] = SKINS[kind % SKINS.length] ?? SKINS[0];
  return { skin, shade, hair: HAIRS[kind % HAIRS.length] ?? HAIRS[0], long: kind % 3 === 1 };
}

/** A blink every few seconds, at moments that do not look like a metronome. */
function lidsAt(seconds: number): number {
  const cycle = (seconds + 0.7 * Math.sin(seconds / 5)) % 3.7;
  return cycle < 0.14 ? Math.abs(cycle - 0.07) / 0.07 : 1;
}

/**
 * Draws one picture: a calm half-length figure before a plain wall, its name below, a clock that runs above. Everything
 * scales with the canvas. The left eighth of the wall stays bare: there a test reads the hue.
 */
export function drawFigure(context: Canvas, width: number, height: number, figure: Figure, pose: Pose): void {
  const unit = height / 360;
  const wall = context.createLinearGradient(0, 0, 0, height);
  wall.addColorStop(0, `hsl(${figure.hue} 45% 42%)`);
  wall.addColorStop(1, `hsl(${figure.hue} 45% 30%)`);
  context.fillStyle = wall;
  context.fillRect(0, 0, width, height);

  const sway = Math.sin(pose.seconds * 0.7) * 3 * unit;
  const breath = Math.sin(pose.seconds * 1.3) * 1.5 * unit;
  const nod = pose.mouth * 2.5 * unit;
  context.save();
  context.translate(width / 2, height);
  const looks = looksOf(figure.hue);
  if (looks.long) ellipse(context, looks.hair, sway, breath - 164 * unit, 66 * unit, 84 * unit);
  drawBody(context, unit, breath, figure.hue, looks);
  context.translate(sway, breath - 168 * unit + nod);
  context.rotate(Math.sin(pose.seconds * 0.45) * 0.02);
  drawHead(context, unit, pose.mouth, lidsAt(pose.seconds), looks);
  context.restore();
  drawWords(context, width, height, unit, figure, pose.clock);
}

function drawBody(context: Canvas, unit: number, breath: number, hue: number, looks: Looks): void {
  context.fillStyle = `hsl(${(hue + 200) % 360} 14% 17%)`;
  context.beginPath();
  context.moveTo(-150 * unit, 4 * unit);
  context.bezierCurveTo(
    -146 * unit,
    -88 * unit + breath,
    -70 * unit,
    -104 * unit + breath,
    -34 * unit,
    -122 * unit + breath,
  );
  context.lineTo(34 * unit, -122 * unit + breath);
  context.bezierCurveTo(70 * unit, -104 * unit + breath, 146 * unit, -88 * unit + breath, 150 * unit, 4 * unit);
  context.fill();
  // Collar and neck.
  context.fillStyle = '#efeae2';
  polygon(context, unit, [-30, -120, 0, -66, 30, -120, 18, -134, -18, -134], breath);
  context.fillStyle = looks.shade;
  polygon(context, unit, [-20, -150, -20, -122, 0, -100, 20, -122, 20, -150], breath);
  if (looks.long) return;
  context.fillStyle = `hsl(${(hue + 180) % 360} 40% 34%)`;
  polygon(context, unit, [-5, -92, 0, -98, 5, -92, 8, -10, 0, 2, -8, -10], breath);
}

function drawHead(context: Canvas, unit: number, mouth: number, lids: number, looks: Looks): void {
  ellipse(context, looks.hair, 0, -22 * unit, 59 * unit, 70 * unit);
  ellipse(context, looks.skin, 0, -6 * unit, 50 * unit, 63 * unit);
  context.fillStyle = looks.hair;
  context.beginPath();
  context.moveTo(-54 * unit, -14 * unit);
  context.bezierCurveTo(-58 * unit, -108 * unit, 58 * unit, -108 * unit, 54 * unit, -14 * unit);
  context.bezierCurveTo(44 * unit, -52 * unit, -12 * unit, -58 * unit, -54 * unit, -14 * unit);
  context.fill();
  for (const side of [-1, 1]) {
    const x = side * 20 * unit;
    ellipse(context, '#f7f3ec', x, -10 * unit, 9 * unit, 5.5 * unit * lids + 0.4 * unit);
    if (lids > 0.35) ellipse(context, '#33261f', x, -10 * unit, 4 * unit, 4 * unit * lids);
    context.strokeStyle = looks.hair;
    context.lineWidth = 3 * unit;
    context.lineCap = 'round';
    context.beginPath();
    context.moveTo(x - 10 * unit, -22 * unit - mouth * unit);
    context.quadraticCurveTo(x, -27 * unit - mouth * unit, x + 10 * unit, -22 * unit - mouth * unit);
    context.stroke();
  }
  context.strokeStyle = looks.shade;
  context.lineWidth = 2.5 * unit;
  context.beginPath();
  context.moveTo(1 * unit, -4 * unit);
  context.quadraticCurveTo(7 * unit, 10 * unit, -2 * unit, 12 * unit);
  context.stroke();
  ellipse(context, '#8e3f3a', 0, 32 * unit, (17 - 4 * mouth) * unit, (2.5 + 11 * mouth) * unit);
  if (mouth > 0.25) ellipse(context, '#4a1c1b', 0, 33 * unit, (12 - 3 * mouth) * unit, 7 * mouth * unit);
}

function drawWords(context: Canvas, width: number, height: number, unit: number, figure: Figure, clock: string): void {
  const veil = context.createLinearGradient(0, height - 84 * unit, 0, height);
  veil.addColorStop(0, 'rgb(0 0 0 / 0)');
  veil.addColorStop(1, 'rgb(0 0 0 / 0.62)');
  context.fillStyle = veil;
  context.fillRect(0, height - 84 * unit, width, 84 * unit);
  const family = '"IBM Plex Sans", system-ui, sans-serif';
  context.fillStyle = '#f4f2ee';
  context.textBaseline = 'alphabetic';
  context.textAlign = 'left';
  context.font = `600 ${22 * unit}px ${family}`;
  context.fillText(figure.name, 20 * unit, height - 34 * unit, width - 40 * unit);
  context.font = `400 ${15 * unit}px ${family}`;
  context.fillText(figure.line, 20 * unit, height - 13 * unit, width - 40 * unit);
  context.textAlign = 'right';
  context.font = `400 ${18 * unit}px ${family}`;
  context.fillText(clock, width - 18 * unit, 30 * unit);
}

function ellipse(context: Canvas, colour: string, x: number, y: number, across: number, down: number): void {
  context.fillStyle = colour;
  context.beginPath();
  context.ellipse(x, y, across, down, 0, 0, 2 * Math.PI);
  context.fill();
}

function polygon(context: Canvas, unit: number, points: readonly number[], drop: number): void {
  context.beginPath();
  for (let n = 0; n + 1 < points.length; n += 2) {
    context.lineTo((points[n] ?? 0) * unit, (points[n + 1] ?? 0) * unit + drop);
  }
  context.fill();
}
