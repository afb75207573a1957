import { describe, expect, test } from 'vitest';
import {
  BackendError,
  DerivativeError,
  DtypeError,
  FeedError,
  GraphError,
  MachineError,
  NonFiniteError,
  ShapeError,
  Site,
  TapegradError,
} from '../src/errors.js';

/** A site that a stack of one frame leads to. */
function siteOf(...frames: string[]): Site {
  return new Site({ stack: ['Error', ...frames].join('\n') });
}

describe('errors', () => {
  test.each([
    ['ShapeError', ShapeError, 'shape'],
    ['DtypeError', DtypeError, 'dtype'],
    ['GraphError', GraphError, 'graph'],
    ['FeedError', FeedError, 'feed'],
    ['DerivativeError', DerivativeError, 'derivative'],
    ['BackendError', BackendError, 'backend'],
    ['MachineError', MachineError, 'machine'],
    ['NonFiniteError', NonFiniteError, 'nonFinite'],
    ['TapegradError', TapegradError, 'tapegrad'],
  ] as const)('%s has its name and a code', (name, Type, code) => {
    const error = new Type('what');
    expect(error).toBeInstanceOf(TapegradError);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toBe(`${name}: what`);
    expect(error.code).toBe(code);
    expect('op' in error || 'site' in error).toBe(false);
  });

  test('options give op, a finer code and the cause', () => {
    const cause = new Error('deeper');
    const error = new MachineError('what', { op: 'add', code: 'busy', cause });
    expect([error.op, error.code, error.cause]).toEqual(['add', 'busy', cause]);
  });

  test('the message ends with the place, and so does the stack', () => {
    const site = siteOf('    at main (/home/ada/train.ts:12:5)');
    const error = new ShapeError('add: no.', { site });
    expect(error.message).toBe('add: no. (train.ts:12)');
    expect(error.stack).toContain('ShapeError: add: no. (train.ts:12)\n');
    expect(error.site).toBe(site);
  });

  test('a place is added once', () => {
    const error = new ShapeError('add: no.').locate(siteOf('    at /home/ada/train.ts:12:5'));
    error.locate(siteOf('    at /home/ada/other.ts:1:1'));
    expect(error.message).toBe('add: no. (train.ts:12)');
  });

  test('an unknown place adds nothing', () => {
    expect(new ShapeError('add: no.', { site: siteOf() }).message).toBe('add: no.');
  });
});

describe('sites', () => {
  test('capture finds the caller of the function given', () => {
    function inner(): Site {
      return Site.capture(outer);
    }
    function outer(): Site {
      return inner();
    }
    const limit = (Error as { stackTraceLimit?: number }).stackTraceLimit;
    const site = outer();
    const line = Number(/errors\.test\.ts:(\d+)/.exec(new Error().stack ?? '')?.[1]) - 1;
    expect(site.location).toBe(`errors.test.ts:${line}`);
    expect(String(site)).toBe(site.location);
    expect((Error as { stackTraceLimit?: number }).stackTraceLimit).toBe(limit);
  });

  test('frames of the package itself are passed over', () => {
    const own = new URL('../src/graph/graph.ts', import.meta.url).href;
    expect(siteOf(`    at append (${own}:3:4)`, '    at file:///home/ada/model.js:7:9').location).toBe('model.js:7');
    expect(siteOf(`    at append (${new URL(own).pathname.replaceAll('%20', ' ')}:3:4)`).location).toBe(null);
  });

  test.each([
    '    at add (file:///app/node_modules/@tapegrad/ops/dist/add.js:1:2)',
    '    at add (file:///app/node_modules/.pnpm/tapegrad@1.0.0/node_modules/tapegrad/dist/index.js:1:2)',
    '    at add (C:\\app\\node_modules\\@tapegrad\\core\\dist\\graph.js:1:2)',
    'add@http://localhost:5173/node_modules/.vite/deps/tapegrad.js?v=1a2b:1:2',
    '    at node:internal/modules/run_main:1:2',
    '    at <anonymous>',
    '    at new Promise (<anonymous>)',
    '[native code]',
  ])('%s is not the user', (frame) => {
    expect(siteOf(frame, '    at main (/home/ada/train.ts:12:5)').location).toBe('train.ts:12');
  });

  test.each([
    ['    at file:///home/ada/packages/core/src/train.ts:12:5', 'train.ts:12'],
    ['    at async Object.<anonymous> (/home/ada/my models (old)/train.mjs:12:5)', 'train.mjs:12'],
    ['    at C:\\ada\\train.ts:12:5', 'train.ts:12'],
    ['main@https://ada.example/js/train.js:12:5', 'train.js:12'],
    ['https://ada.example/js/train.js?v=3:12:5', 'train.js:12'],
    ['@https://ada.example/@scope/train.js:12:5', 'train.js:12'],
  ])('%s is read', (frame, location) => {
    expect(siteOf(frame).location).toBe(location);
  });

  test('text is made of a stack once, when it is asked for', () => {
    let reads = 0;
    const site = new Site({
      get stack() {
        reads++;
        return '    at /home/ada/train.ts:12:5';
      },
    });
    expect(reads).toBe(0);
    expect([site.location, site.location, reads]).toEqual(['train.ts:12', 'train.ts:12', 1]);
  });

  test('no frame of the user is an unknown place', () => {
    expect(siteOf().location).toBe(null);
    expect(String(siteOf())).toBe('an unknown place');
  });
});
