/** What is asked within a page, as text: the browser's own names are none of this side's. */

/** Scrolls twenty screens of the first table, frame by frame; how many frames. */
export const SCROLL = `(async () => {
  const table = document.querySelector('.zw-table');
  table.scrollTop = 0;
  for (let frame = 0; frame < 60; frame += 1) {
    table.scrollTop += 400;
    await new Promise(requestAnimationFrame);
  }
  return 60;
})()`;

/** Resolves when what was asked for has been drawn. */
export const TWO_FRAMES = `(async () => {
  for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
})()`;

/** Role and name of what has the focus. */
export const FOCUSED = `(() => {
  const one = document.activeElement;
  return (one.getAttribute('role') ?? one.tagName.toLowerCase()) + ' ' + (one.getAttribute('aria-label') ?? one.textContent);
})()`;

/** Resolves when fonts are there and nothing moves any more but what always does. */
export const SETTLED = `(async () => {
  await document.fonts.ready;
  const passing = document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations !== Infinity);
  await Promise.all(passing.map((one) => one.finished.catch(() => undefined)));
})()`;

/** By how many pixels the page is wider than its window. */
export const TOO_WIDE = `(() => {
  const main = document.querySelector('#page');
  return Math.max(
    document.documentElement.scrollWidth - window.innerWidth,
    main === null ? 0 : main.scrollWidth - main.clientWidth,
  );
})()`;

/** With axe-core in the page: its serious and critical findings, a line each. */
export const SERIOUS = `axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
  violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.slice(0, 3).map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary),
    ),
)`;
