import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { lossChart } from '../src/mnist/chart.js';
import { drawDigit } from '../src/mnist/digits.js';
import { runJob } from '../src/mnist/job.js';
import { type Options, parseOptions, USAGE } from '../src/mnist/options.js';
import { Progress } from '../src/mnist/progress.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tapegrad-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the job in this process, and gives what it printed. */
async function job(args: readonly string[], signal = new AbortController().signal): Promise<{ finished: boolean; text: string }> {
  let text = '';
  const output = { write: (part: string) => (text += part) };
  const options = parseOptions(args) as Options;
  const finished = await runJob(options, { output, signal, chart: join(folder, 'out', 'loss.svg') });
  return { finished, text };
}

/** Runs the program as `npm start` does, in a process of its own; `onOutput` may signal to it. */
function program(args: readonly string[], onOutput: (text: string, kill: (signal: NodeJS.Signals) => void) => void = () => {}) {
  const flags = ['--conditions=tapegrad-source', '--import', 'tsx', 'examples/src/mnist/main.ts'];
  const child = spawn(process.execPath, [...flags, ...args], { cwd: root });
  let [out, err] = ['', ''];
  child.stdout.on('data', (part) => {
    out += part;
    onOutput(out, (signal) => child.kill(signal));
  });
  child.stderr.on('data', (part) => {
    err += part;
  });
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

describe('the MNIST job', () => {
  it('learns, shows it, and saves a model that reads digits', async () => {
    const model = join(folder, 'model.safetensors');
    const { finished, text } = await job(['--limit', '3000', '--epochs', '3', '--hidden', '24', '--save', model]);
    expect(finished).toBe(true);
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^graph {5}\d+ nodes, \d+ with gradients and updates$/);
    expect(lines[1]).toBe('learns    19,090 numbers: layer1.w [784, 24], layer1.b [24], layer2.w [24, 10], layer2.b [10]');
    expect(lines[2]).toMatch(/^step {6}\d+ instructions on wasm, for 128 digits$/);
    expect(lines[3]).toMatch(/^memory {4}\d+ KiB of scratch \(at least \d+ KiB\), \d+ KiB of state$/);
    expect(text).toMatch(/epoch 3\/3 {2}█{24} {2}100% {2}loss 0\.\d{4} {2}accuracy \d\d\.\d% {2}[\d,]+ digits\/s {2}0:00 left\n/);
    expect(text).toContain('actual \\ predicted');
    expect(text).toContain('#0: read as 7, is 7');
    const accuracy = Number(/^test accuracy: (0\.\d{4})$/.exec(lines.at(-1)!)?.[1]);
    expect(accuracy).toBeGreaterThan(0.8);
    expect(await readFile(join(folder, 'out', 'loss.svg'), 'utf8')).toMatch(/^<svg .*<polyline .*<\/svg>\n$/s);

    const reading = await job(['--load', model, '--predict', '0']);
    expect(reading.text.trimEnd().split('\n').at(-1)).toBe('#0: read as 7, is 7');
    const tested = await job(['--load', model, '--epochs', '0', '--limit', '3000']);
    expect(tested.text.trimEnd().split('\n').at(-1)).toBe(lines.at(-1));
    await expect(job(['--load', model, '--predict', '3000', '--limit', '3000'])).rejects.toThrow(
      '--predict: there is no test digit 3000; there are 3000, from 0.',
    );
    await expect(job(['--load', model, '--hidden', '25', '--limit', '10'])).rejects.toThrow(
      "--load: set: 'layer1.w' is float32 [784, 24], not float32 [784, 25].",
    );
  });

  it('gives the same result for the same seed, and another for another', async () => {
    const last = async (...args: string[]) => (await job(['--limit', '400', '--epochs', '1', '--hidden', '8', ...args])).text;
    const confusion = (text: string) => text.slice(text.indexOf('actual'), text.indexOf('#'));
    const first = confusion(await last());
    expect(confusion(await last())).toBe(first);
    expect(confusion(await last('--seed', '1'))).not.toBe(first);
  });

  it('stops when asked to, and says how far it got', async () => {
    expect(await job(['--limit', '300'], AbortSignal.abort())).toEqual({
      finished: false,
      text: expect.stringMatching(/\nStopped before the first batch\.\n$/),
    });
  });

  it.each(['adam', 'adamw'])('trains with %s', async (optimizer) => {
    const { text } = await job(['--limit', '2000', '--epochs', '2', '--hidden', '16', '--optimizer', optimizer]);
    expect(Number(/test accuracy: (0\.\d{4})\n$/.exec(text)?.[1])).toBeGreaterThan(0.5);
  });
});

describe('the program', () => {
  it('explains itself', async () => {
    expect(await program(['--help'])).toEqual({ code: 0, out: USAGE, err: '' });
  });

  it('refuses bad options', async () => {
    const { code, out, err } = await program(['--optimizer', 'lion']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe("--optimizer: there is no 'lion'; there are sgd, adam, adamw.\nnpm start -- --help shows the options.\n");
  });

  it('stops cleanly on Ctrl-C, though the signal comes twice', async () => {
    let sent = false;
    const { code, out, err } = await program(['--epochs', '50', '--limit', '10000', '--hidden', '16'], (text, kill) => {
      if (sent || !text.includes('epoch 1/50')) return;
      sent = true;
      kill('SIGINT');
      setTimeout(() => kill('SIGINT'), 5);
    });
    expect({ code, err }).toEqual({ code: 130, err: '' });
    expect(out).toMatch(/\nStopped in epoch \d+ of 50, after batch \d+ of 79: loss \d\.\d{4}, training accuracy 0\.\d{4}\.\n$/);
  });
});

describe('options', () => {
  it.each([
    [['--epochs', '1.5'], "--epochs: '1.5' is no whole number of at least 0."],
    [['--hidden', '64,'], "--hidden: '' is no whole number of at least 1."],
    [['--learning-rate', '0'], "--learning-rate: '0' is no number above 0."],
    [['--backend', 'gpu'], "--backend: there is no 'gpu'; there are wasm, js, interpreter."],
    [['--predict', '3'], '--predict needs a trained model: give --load <file> too, of a file that --save wrote.'],
    [['--wat'], /--wat/],
    [['wat'], /wat/],
  ])('%j is refused', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
  });
});

describe('progress in a terminal', () => {
  it('redraws one line, no wider than the terminal', () => {
    const written: string[] = [];
    const output = { write: (text: string) => written.push(text), isTTY: true, columns: 40 };
    const progress = new Progress(output, { epochs: 2, batches: 2, examples: 20 });
    progress.batch(0, 0, 2, 0.1);
    progress.batch(0, 1, 2, 0.1);
    progress.end();
    progress.end();
    expect(written.length).toBe(3);
    expect(written[1]).toBe(`\r\x1b[2Kepoch 1/2  ████  100%  loss 2.0000  acc`);
    expect(written[2]).toBe('\n');
  });

  it('narrows the bar to what 80 columns leave', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(0);
    let line = '';
    const output = { write: (text: string) => (line = text), isTTY: true, columns: 80 };
    const progress = new Progress(output, { epochs: 3, batches: 1, examples: 8000 });
    clock.mockReturnValue(1000);
    progress.batch(0, 0, 0.25, 0.9214);
    clock.mockRestore();
    expect(line).toBe(`\r\x1b[2Kepoch 1/3  ${'█'.repeat(6)}  100%  loss 0.2500  accuracy 92.1%  8,000 digits/s  0:02 left`);
  });
});

describe('pictures', () => {
  it('draw a digit two rows of pixels to a line', () => {
    const pixels = new Float32Array(784);
    pixels[4 * 28 + 4] = 1;
    pixels[5 * 28 + 5] = 1;
    pixels[6 * 28 + 6] = 1;
    pixels[7 * 28 + 6] = 1;
    expect(drawDigit(pixels).slice(0, 3)).toEqual([`▀▄${' '.repeat(18)}`, `  █${' '.repeat(17)}`, ' '.repeat(20)]);
  });

  it('draw a loss curve, of any losses', () => {
    for (const losses of [[], [1], [2.3, 0.01, 0.5], [Number.NaN, 1e9, 0]]) {
      const chart = lossChart({ title: 'a < b & c', losses, epoch: 2 });
      expect(chart).toContain('a &lt; b &amp; c');
      expect(chart).not.toMatch(/NaN|Infinity|undefined/);
    }
  });
});
