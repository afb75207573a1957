/**
 * Runs a command where gpu.js finds OpenGL: `npm run opengl -- npm run oracle`. The package gl, which gives Node a context without a window,
 * is compiled into .cache on the first call; on Linux without a display the command gets a virtual one.
 *
 * Debian: apt-get install g++ make python3 pkg-config libxi-dev libgl1 libgl1-mesa-dri xvfb xauth
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const GL = '8.1.6';
const root = resolve(import.meta.dirname ?? dirname(new URL(import.meta.url).pathname), '..');
const home = join(root, '.cache', `gl-${GL}-${process.platform}-${process.arch}-${process.versions.modules}`);
const modules = join(home, 'node_modules');
const shell = process.platform === 'win32';

function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { stdio: ['inherit', 2, 2], shell, ...options });
  if (status === 0) return;
  const why = error ? error.message : `exit code ${status}`;
  process.stderr.write(
    `${command} ${args.join(' ')} failed (${why}).\nWhat it needs is in the head of scripts/with-opengl.mjs.\n`,
  );
  process.exit(1);
}

function compileGl() {
  process.stderr.write('Compiling the package gl (once, about two minutes) …\n');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ private: true, dependencies: { gl: GL } }));
  // Its own install script would first look for a binary elsewhere.
  run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: home });
  // Node's headers are beside it in most installations; where they are not, node-gyp fetches them.
  const prefix = resolve(dirname(process.execPath), '..');
  const headers = existsSync(join(prefix, 'include', 'node', 'node.h')) ? [`--nodedir=${prefix}`] : [];
  run('npx', ['--no-install', 'node-gyp', 'rebuild', '-j', 'max', ...headers], { cwd: join(modules, 'gl') });
}

if (!existsSync(join(modules, 'gl', 'build', 'Release', 'webgl.node'))) compileGl();
const command = process.argv.slice(2);
const isBlind = process.platform === 'linux' && !process.env.DISPLAY;
const [program, ...args] = isBlind ? ['xvfb-run', '-a', '-s', '-screen 0 64x64x24', ...command] : command;
// gpu.js asks for gl by name: this is where Node finds it.
const env = { ...process.env, NODE_PATH: [modules, process.env.NODE_PATH].filter(Boolean).join(shell ? ';' : ':') };
const { status, error } = spawnSync(program, args, { stdio: 'inherit', shell, env });
if (error) process.stderr.write(`${program}: ${error.message}. On Debian, apt-get install xvfb xauth.\n`);
process.exit(status ?? 1);
