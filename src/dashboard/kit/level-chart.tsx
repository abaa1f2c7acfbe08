/** How much of something is left over time, as an area under its full level; told in words to those who do not see it. */
import type { ReactNode } from 'react';

export interface Level {
  readonly key: string;
  readonly title: string;
  readonly level: number;
}

const WIDTH = 600;
const HEIGHT = 44;
/** Below this share it is drawn as a risk. */
const LOW = 0.15;

export function LevelChart({
  label,
  full,
  points,
}: {
  readonly label: string;
  readonly full: number;
  readonly points: readonly Level[];
}): ReactNode {
  const least = points.reduce((most, { level }) => Math.min(most, level), full);
  const width = WIDTH / Math.max(1, points.length);
  const topOf = (level: number): number => HEIGHT - (Math.min(level, full) / full) * (HEIGHT - 2);
  const area = points.map(({ level }, index) => {
    const top = topOf(level);
    return `L${index * width} ${top}L${(index + 1) * width} ${top}`;
  });
  return (
    <figure className="zw-chart zw-chart--level">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${label}: at least ${least.toLocaleString('en')} of ${full.toLocaleString('en')}.`}
      >
        <path
          d={`M0 ${HEIGHT}${area.join('')}L${WIDTH} ${HEIGHT}Z`}
          className={least < full * LOW ? 'zw-chart__level is-risk' : 'zw-chart__level'}
        />
        {points.map(({ key, title, level }, index) => (
          <rect key={key} x={index * width} y="0" width={width} height={HEIGHT} fill="transparent">
            <title>{`${title}: ${level.toLocaleString('en')} left`}</title>
          </rect>
        ))}
      </svg>
      <figcaption className="row row--apart tiny soft">
        <span>{label}</span>
        <span>
          least: {least.toLocaleString('en')} of {full.toLocaleString('en')}
        </span>
      </figcaption>
    </figure>
  );
}
