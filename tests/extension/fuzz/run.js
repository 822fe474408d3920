/**
 * Try what reads messages, settings and senders with random and mutated inputs.
 *
 *     node tests/extension/fuzz/run.js --inputs 100000 [--target captions] [--seed 7]
 *     node tests/extension/fuzz/run.js --minutes 5
 *
 * The same seed makes the same inputs. One that fails, or takes 2 s, is kept in `found/`, where the
 * tests always try it again. Exits with 1 if there were any.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import vm from 'node:vm';
import { random } from './inputs.js';
import { installChrome, TARGETS } from './targets.js';

/** @typedef {import('./targets.js').Target} Target */
/** @typedef {{ input: unknown, error: unknown }} Finding */
/**
 * @typedef {object} Report
 * @property {number} inputs
 * @property {number} seconds of the processor
 * @property {number} slowestMs
 * @property {number} grownBytes memory at the end, less that after the first inputs
 * @property {Map<string, Finding>} findings the first of each kind
 */

const FOUND = new URL('found/', import.meta.url);

/** The most time for an input, or for a batch of them, which is cut off then. */
const LIMIT_MS = 2_000;
const BATCH = 100;

/** Inputs before memory is measured. */
const WARM = 1_000;

installChrome();

/**
 * @param {Target} target
 * @param {{ inputs: number, seed?: number, until?: number }} options `until`: by performance.now
 * @returns {Promise<Report>}
 */
export async function run(target, { inputs, seed = 1, until = Infinity }) {
  const next = random(seed);
  const begun = process.cpuUsage();
  /** @type {Report} */
  const report = { inputs: 0, seconds: 0, slowestMs: 0, grownBytes: 0, findings: new Map() };
  let atFirst = 0;
  while (report.inputs < inputs && performance.now() < until) {
    const count = Math.min(BATCH, inputs - report.inputs);
    await tryBatch(
      target,
      Array.from({ length: count }, () => target.make(next)),
      report,
    );
    report.inputs += count;
    if (atFirst === 0 && report.inputs >= WARM) atFirst = process.memoryUsage.rss();
  }
  report.grownBytes = Math.max(0, process.memoryUsage.rss() - (atFirst || Infinity));
  const { user, system } = process.cpuUsage(begun);
  report.seconds = (user + system) / 1e6;
  return report;
}

/** @returns {{ name: string, target: string, input: any }[]} the inputs that failed once */
export function found() {
  mkdirSync(FOUND, { recursive: true });
  const names = readdirSync(FOUND).filter((name) => name.endsWith('.input'));
  return names.map((name) => ({
    name,
    ...JSON.parse(readFileSync(new URL(name, FOUND), 'utf8')),
  }));
}

/**
 * @param {Target} target
 * @param {unknown[]} inputs
 * @param {Report} report
 */
async function tryBatch(target, inputs, report) {
  for (let at = 0; at < inputs.length; at += 1) {
    /** @type {Promise<void>[]} */
    const later = [];
    const from = at;
    const batch = () => {
      for (; at < inputs.length; at += 1) later.push(...tryOne(target, inputs[at], report));
    };
    try {
      within(LIMIT_MS, batch);
    } catch (error) {
      // With others before it, it may be these that took the time: it gets all of it.
      if (from < at) at -= 1;
      else add(report, inputs[at], error);
    }
    await Promise.all(later);
  }
}

/**
 * @param {Target} target
 * @param {unknown} input
 * @param {Report} report
 * @returns {Promise<void>[]} what goes on, if anything does
 */
function tryOne(target, input, report) {
  const begun = performance.now();
  try {
    const pending = target.tryOne(input);
    if (!(pending instanceof Promise)) return [];
    return [pending.catch((error) => add(report, input, error))];
  } catch (error) {
    if (isTimeout(error)) throw error;
    add(report, input, error);
    return [];
  } finally {
    report.slowestMs = Math.max(report.slowestMs, performance.now() - begun);
  }
}

/** @param {unknown} error */
const isTimeout = (error) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** Call it, and interrupt it if it takes longer. @param {number} timeout @param {() => void} work */
function within(timeout, work) {
  Object.assign(globalThis, { fuzzBatch: work });
  vm.runInThisContext('fuzzBatch()', { timeout });
}

/** @param {Report} report @param {unknown} input @param {unknown} error */
function add(report, input, error) {
  const line = error instanceof Error ? (error.stack?.match(/extension\/\S+:\d+/)?.[0] ?? '') : '';
  const kind = `${error instanceof Error ? error.message.slice(0, 60) : error} ${line}`;
  if (!report.findings.has(kind)) report.findings.set(kind, { input, error });
}

/** @param {string} target @param {Finding} finding */
function keep(target, { input }) {
  mkdirSync(FOUND, { recursive: true });
  const json = JSON.stringify({ target, input });
  const name = `${target}-${createHash('sha256').update(json).digest('hex').slice(0, 12)}.input`;
  writeFileSync(new URL(name, FOUND), `${json}\n`);
  return name;
}

async function main() {
  const { values } = parseArgs({
    options: {
      inputs: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', multiple: true, default: Object.keys(TARGETS) },
    },
  });
  if (!values.inputs && !values.minutes) throw new Error('expected --inputs or --minutes');
  for (const name of values.target) {
    const target = TARGETS[name];
    if (!target) throw new Error(`no target ${name}, expected ${Object.keys(TARGETS).join(', ')}`);
    const ms = (60_000 * Number(values.minutes ?? Infinity)) / values.target.length;
    const inputs = Number(values.inputs ?? Infinity);
    const report = await run(target, {
      inputs,
      seed: Number(values.seed),
      until: performance.now() + ms,
    });
    tell(name, report);
    if (report.findings.size > 0) process.exitCode = 1;
  }
}

/** @param {string} name @param {Report} report */
function tell(name, { inputs, seconds, slowestMs, grownBytes, findings }) {
  const rate = Math.round(inputs / seconds);
  const grown = (grownBytes / 2 ** 20).toFixed(1);
  const lines = [
    `${name}: ${inputs} inputs, ${rate} a second of the processor, ${grown} MiB grown, slowest ${Math.round(slowestMs)} ms, ${findings.size} findings`,
    ...[...findings].map(([kind, finding]) => {
      const stack = finding.error instanceof Error ? finding.error.stack : finding.error;
      return `  ${kind}: ${keep(name, finding)}\n${stack}`;
    }),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

if (import.meta.url === `file://${process.argv[1]}`) await main();
