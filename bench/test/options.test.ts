import { describe, expect, it } from 'vitest';
import { type Choices, readOptions } from '../src/options.js';

const choices: Choices = {
  suites: ['scalar', 'mlp'],
  operations: ['add', 'sum of rows'],
  backends: { js: { threads: 1 }, wasm: { threads: 8 } },
  peers: { 'tfjs-cpu': { threads: 1 }, torch: { threads: 2 } },
};

describe('the command line', () => {
  it('takes all suites and one backend where none is named', () => {
    expect(readOptions([], choices)).toEqual({
      task: 'time',
      suites: ['scalar', 'mlp'],
      operations: ['add', 'sum of rows'],
      backends: [{ name: 'wasm', threads: 1 }],
      peers: [],
      json: null,
      svg: null,
      html: null,
      quick: false,
      help: false,
    });
  });

  it('reads suites, backends with threads, peers, a file and a folder', () => {
    const args = [
      'mlp',
      '--backend',
      'js,wasm:2',
      '--peer',
      'tfjs-cpu,torch:2',
      '--json',
      'out.json',
      '--svg',
      'charts',
      '--quick',
    ];
    expect(readOptions(args, choices)).toEqual({
      task: 'time',
      suites: ['mlp'],
      operations: ['add', 'sum of rows'],
      backends: [
        { name: 'js', threads: 1 },
        { name: 'wasm', threads: 2 },
      ],
      peers: [
        { name: 'tfjs-cpu', threads: 1 },
        { name: 'torch', threads: 2 },
      ],
      json: 'out.json',
      svg: 'charts',
      html: null,
      quick: true,
      help: false,
    });
  });

  it.each(['roofline', 'memory'])('takes %s for another task than timing', (task) => {
    expect(readOptions([task, '--backend', 'js'], choices)).toMatchObject({ task, backends: [{ name: 'js', threads: 1 }] });
  });

  it('takes operations and a file for a page of them', () => {
    expect(readOptions(['kernels', 'sum of rows', '--html', 'page.html'], choices)).toMatchObject({
      task: 'kernels',
      operations: ['sum of rows'],
      html: 'page.html',
    });
  });

  it.each([
    [['kernels', 'mlp'], 'No operation is called mlp; there are add, sum of rows.'],
    [['mlp', '--html', 'page.html'], 'Only kernels write a page: npm run bench -- kernels --html <file>.'],
    [['memory', 'mlp'], 'memory takes no suites; it was given mlp.'],
    [['cnn'], 'No suite is called cnn; there are scalar, mlp.'],
    [['--backend', 'cuda'], 'No backend is called cuda; there are js, wasm.'],
    [['--peer', 'keras'], 'No peer is called keras; there are tfjs-cpu, torch.'],
    [['--peer', 'torch:3'], 'torch:3: torch runs on at most 2 threads.'],
    [['--backend', 'js:2'], 'js:2: js runs on one thread.'],
    [['--backend', 'wasm:9'], 'wasm:9: wasm runs on at most 8 threads.'],
    [['--backend', 'wasm:two'], 'wasm:two: after the colon stands a number of threads, as in wasm:1.'],
  ])('refuses %j', (args, message) => {
    expect(() => readOptions(args, choices)).toThrow(message);
  });
});
