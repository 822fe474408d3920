/**
 * One target for long, for `tests/fuzz/run.py`: the last line is the tally, as JSON.
 *
 * The target runs in a thread of its own, whose last input is known when it hangs or runs out of
 * memory.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { fuzz, inputOf } from './driver.js';
import { TARGETS } from './targets.js';

/** Between two looks at it, a target must have got on. */
const PATIENCE_MS = 20_000;

const MOST_MB = 512;

if (isMainThread) watch();
else await work();

async function work() {
  const { name, first, inputs, seconds, current } = workerData;
  const target = /** @type {import('./targets.js').Target} */ (TARGETS[name]);
  const warm = await fuzz(target, { first, inputs: Math.min(500, inputs) });
  const settled = heapBytes();
  const before = (/** @type {number} */ number) => void Atomics.store(current, 0, BigInt(number));
  const { done, findings, ...rest } = await fuzz(target, {
    first: first + warm.done,
    inputs: inputs - warm.done,
    seconds,
    before,
  });
  const grown = heapBytes() - settled;
  const all = [...warm.findings.values(), ...findings.values()];
  parentPort?.postMessage({ ...rest, done: done + warm.done, grown, findings: all });
}

/** What is in use, without what is only left behind. */
function heapBytes() {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

function watch() {
  const options = /** @type {const} */ ({
    inputs: { type: 'string' },
    seconds: { type: 'string' },
    seed: { type: 'string', default: '0' },
    found: { type: 'string', default: '.' },
  });
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name = ''] = positionals;
  const target = TARGETS[name];
  if (!target) throw new Error(`no target ${name}, only ${Object.keys(TARGETS).join(', ')}`);
  const current = new BigInt64Array(new SharedArrayBuffer(8));
  const number = (/** @type {string | undefined} */ told) => (told ? Number(told) : Infinity);
  const first = Number(values.seed) * 1_000_003;
  const limits = { first, inputs: number(values.inputs), seconds: number(values.seconds) };
  const worker = new Worker(fileURLToPath(import.meta.url), {
    workerData: { name, ...limits, current },
    argv: process.argv.slice(2),
    resourceLimits: { maxOldGenerationSizeMb: MOST_MB },
  });
  /** @param {string} what */
  const giveUp = (what) => {
    const at = Number(Atomics.load(current, 0));
    report({ done: at - first, findings: [{ number: at, input: inputOf(target, at), what }] });
    process.exit(0);
  };
  let seen = -1n;
  const clock = setInterval(() => {
    const now = Atomics.load(current, 0);
    if (now === seen) giveUp('hang');
    seen = now;
  }, PATIENCE_MS);
  worker.on('error', (error) => giveUp(String(error)));
  worker.on('message', (tally) => {
    clearInterval(clock);
    report(tally);
  });

  /** @param {any} tally */
  function report({ done, seconds = 0, slowestMs = 0, grown = 0, findings }) {
    const told = findings.map((/** @type {import('./driver.js').Finding} */ finding) => {
      mkdirSync(values.found, { recursive: true });
      const path = `${values.found}/${finding.number}.json`;
      writeFileSync(path, JSON.stringify(finding.input));
      return `${finding.what} -> ${path}`;
    });
    const tally = {
      target: `js-${name}`,
      inputs: done,
      seconds,
      slowest_s: slowestMs / 1000,
      grown_bytes: grown,
      peak_bytes: process.memoryUsage().rss,
      findings: told,
    };
    process.stdout.write(`${JSON.stringify(tally)}\n`);
  }
}
