/** Which ink is legible on a colour of somebody's choice (WCAG 2.2, relative luminance). */

const DARK = '#000000';
const LIGHT = '#ffffff';

/** `#rrggbb`. Of black and white, one always has a contrast of 4.5 or more. */
export function inkOn(colour: string): string {
  const ground = luminance(colour);
  return contrast(ground, luminance(LIGHT)) >= contrast(ground, luminance(DARK)) ? LIGHT : DARK;
}

export function contrastOf(one: string, other: string): number {
  return contrast(luminance(one), luminance(other));
}

function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
