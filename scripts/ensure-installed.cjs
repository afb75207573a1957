/**
 * Installs the workspace's dependencies where they are missing or older than the lockfile, and otherwise returns at once.
 *
 * The root package.json's scripts load it before the program (`node --require`), in the program's own process: arguments, signals and the
 * exit code need no forwarding. It is CommonJS because Node 20 can `--require` nothing else, and it uses nothing but Node.
 * All that it prints goes to stderr; stdout is the program's.
 */
const { spawnSync } = require('node:child_process');
const { createHash } = require('node:crypto');
const { existsSync, readFileSync, writeFileSync } = require('node:fs');
const { join, resolve } = require('node:path');
const { isMainThread } = require('node:worker_threads');

const root = resolve(__dirname, '..');
const modules = join(root, 'node_modules');
const stamp = join(modules, '.tapegrad-installed');

/** Identifies what should be installed. The Node version is part of it, as packages with binaries choose theirs by it. */
function wanted() {
  const lockfile = readFileSync(join(root, 'pnpm-lock.yaml'));
  const major = process.versions.node.split('.')[0];
  return createHash('sha256').update(lockfile).update(`node ${major} ${process.platform} ${process.arch}`).digest('hex');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function checkNode() {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const [major, minor] = engines.node.replace('>=', '').split('.').map(Number);
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return;
  fail(
    `tapegrad's workspace needs Node ${engines.node}; this is ${process.versions.node}. Install a newer Node from https://nodejs.org.`,
  );
}

function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const command = ['--yes', packageManager, 'install', '--frozen-lockfile'];
  process.stderr.write('Installing dependencies (once, about half a minute) …\n');
  // CI makes pnpm ask no questions. An npx around this one would hand down which package it runs.
  const { npm_config_package: _, ...environment } = process.env;
  // Windows finds npx.cmd through a shell only.
  const { status, stdout, stderr, error } = spawnSync('npx', command, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    shell: process.platform === 'win32',
    env: { ...environment, CI: 'true' },
  });
  if (status === 0) return;
  const reason = error ? error.message : `exit code ${status}`;
  fail(
    `${stdout ?? ''}${stderr ?? ''}\nThe installation failed (${reason}). Check the network, then try: npx ${command.join(' ')}`,
  );
}

if (isMainThread) {
  checkNode();
  const hash = wanted();
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== hash) {
    install();
    writeFileSync(stamp, hash);
  }
}
