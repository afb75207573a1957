import type { Group, Look } from './picture.js';

/** Fill and line. */
type Colours = readonly [fill: string, line: string];

export const COLOURS: Readonly<Record<Look | 'output', Colours>> = {
  input: ['#dbeafe', '#2563eb'],
  parameter: ['#fef3c7', '#b45309'],
  state: ['#ffedd5', '#c2410c'],
  constant: ['#f1f5f9', '#64748b'],
  composite: ['#ede9fe', '#6d28d9'],
  op: ['#ffffff', '#475569'],
  output: ['#dcfce7', '#15803d'],
};

export const GROUPS: Readonly<Record<Group['title'], Colours>> = {
  forward: ['#f8fafc', '#64748b'],
  gradients: ['#fdf2f8', '#be185d'],
  updates: ['#fffbeb', '#b45309'],
};
