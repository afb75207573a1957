import { describe, expect, it } from 'vitest';
import { LineProcess } from '../src/peers/line-process.js';

/** Greets; then answers with the question, but for one that says `fail`, and ends at one that says `die`. */
const ECHO = `
console.log('{"answer":"ready"}');
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  if (line === '"die"') { console.error('that was too much'); process.exit(3); }
  console.log(line === '"fail"' ? '{"error":"cannot"}' : JSON.stringify({ answer: JSON.parse(line) }));
});`;

const start = () => LineProcess.start(process.execPath, ['--eval', ECHO]);

describe('a process that answers lines', () => {
  it('answers in the order of the questions', async () => {
    const echo = await start();
    expect(await Promise.all([echo.ask(1), echo.ask({ two: [2] })])).toEqual([1, { two: [2] }]);
    await echo.close();
  });

  it('takes typed arrays as their bytes', async () => {
    const echo = await start();
    expect(await echo.ask({ x: Float32Array.of(1), labels: Int32Array.of(1, 2) })).toEqual({
      x: { float32: 'AACAPw==' },
      labels: { int32: 'AQAAAAIAAAA=' },
    });
    await echo.close();
  });

  it('rejects with what went wrong, and goes on', async () => {
    const echo = await start();
    await expect(echo.ask('fail')).rejects.toThrow(/^cannot$/);
    expect(await echo.ask('well')).toBe('well');
    await echo.close();
  });

  it('rejects what is asked of one that has ended', async () => {
    const echo = await start();
    await expect(echo.ask('die')).rejects.toThrow(/^that was too much$/);
    await expect(echo.ask('hello')).rejects.toThrow(/^that was too much$/);
  });

  it('does not start what is not there', async () => {
    await expect(LineProcess.start('no-such-program', [])).rejects.toThrow(/^spawn no-such-program ENOENT$/);
  });
});
