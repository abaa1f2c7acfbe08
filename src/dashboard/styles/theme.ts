/** Mantine in the dashboard's own clothes: its variables point at the tokens, so both themes are told once. */
import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from '@mantine/core';

const ward: MantineColorsTuple = [
  '#e6f4f2', '#cfe7e4', '#a3d3ce', '#74bfb7', '#4caaa2', '#2b938c', '#177a75', '#0e5f5c', '#0a4a48', '#063534',
]; // biome-ignore format: a ramp

const red: MantineColorsTuple = [
  '#fdecea', '#fbd9d5', '#f5b1aa', '#ef887e', '#e86559', '#d9483c', '#c4352b', '#b3261e', '#8f1d17', '#6b1410',
]; // biome-ignore format: a ramp

/** Slate, from the lightest text to the deepest ground, for what Mantine draws of itself at night. */
const dark: MantineColorsTuple = [
  '#e8e6df', '#c9ccce', '#a3abb2', '#78828b', '#3a434b', '#2b3238', '#20262c', '#191e23', '#12161a', '#0e1114',
]; // biome-ignore format: a ramp

const FILLED: Readonly<Record<string, readonly [ground: string, ink: string]>> = {
  ward: ['var(--zw-accent)', 'var(--zw-on-accent)'],
  red: ['var(--zw-delete)', 'var(--zw-surface)'],
};

/** Filled things take the tokens, so that their words are legible in both themes. */
const variantColorResolver: typeof defaultVariantColorsResolver = (input) => {
  const colors = defaultVariantColorsResolver(input);
  const [ground, ink] = FILLED[input.color ?? input.theme.primaryColor] ?? [];
  if (input.variant !== 'filled' || ground === undefined || ink === undefined) return colors;
  return {
    ...colors,
    background: ground,
    hover: `color-mix(in srgb, ${ground} 88%, var(--zw-ink))`,
    color: ink,
  };
};

export const theme: MantineThemeOverride = createTheme({
  primaryColor: 'ward',
  primaryShade: { light: 7, dark: 3 },
  colors: { ward, red, dark },
  variantColorResolver,
  defaultRadius: 'sm',
  fontFamily: 'var(--zw-sans)',
  fontFamilyMonospace: 'var(--zw-mono)',
  cursorType: 'pointer',
  components: {
    Button: { defaultProps: { size: 'sm' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: {
      defaultProps: {
        openDelay: 250,
        withArrow: false,
        multiline: true,
        events: { hover: true, focus: true, touch: true },
      },
    },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.35 } } },
  },
});

const SHARED = {
  '--mantine-color-body': 'var(--zw-surface)',
  '--mantine-color-text': 'var(--zw-ink)',
  '--mantine-color-dimmed': 'var(--zw-ink-soft)',
  '--mantine-color-default': 'var(--zw-surface)',
  '--mantine-color-default-hover': 'var(--zw-sunken)',
  '--mantine-color-default-color': 'var(--zw-ink)',
  '--mantine-color-default-border': 'var(--zw-line)',
  '--mantine-color-placeholder': 'var(--zw-ink-soft)',
  '--mantine-color-error': 'var(--zw-delete)',
  '--mantine-color-anchor': 'var(--zw-accent)',
};

export const cssVariables: CSSVariablesResolver = () => ({ variables: {}, light: SHARED, dark: SHARED });
