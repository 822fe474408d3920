/** The voices of a session, whichever host hears them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SAMPLE_RATE } from '../../../extension/audio/framing.js';
import { captions, line } from '../builders.js';
import { bench } from './session_bench.js';

test('voices of a new host are numbered after those of the one before', () => {
  const { session, hear } = bench();
  const five = 5 * SAMPLE_RATE;
  session.attach();
  hear(10);
  const first = [
    line(0, 'Ana.', { end: 100, state: 'final', speaker: '1' }),
    line(200, 'Ben.', { end: five, state: 'final', speaker: '2' }),
  ];
  session.applyCaptions(captions(1, first, { final_until: five }));
  session.detach(true);
  session.attach();
  const speakers = () => session.model.lines.map(({ speaker }) => speaker);
  const later = [line(five + 10, 'Ben?', { speaker: '1' }), line(five + 20, 'Who?')];
  session.applyCaptions(captions(1, later, { final_until: five }));
  assert.deepEqual(speakers(), ['1', '2', '3', null]);
  const translation = { text: 'Ana!', language: 'pt', state: /** @type {const} */ ('final') };
  const translated = line(0, 'Ana.', { state: 'final', speaker: '1', translation });
  session.applyCaptions(captions(2, [translated], { final_until: five }));
  assert.deepEqual(speakers(), ['1', '2', '3', null]);
});

/**
 * Two voices are heard, of which the first is final, and another host hears the second one again.
 * @param {string} again its number there
 * @param {number} until seconds up to which it is heard there
 */
function heardTwice(again, until) {
  /** @type {[string, string][]} */
  const recognised = [];
  const { session, hear } = bench({
    voices: {
      take: (wanted) => wanted,
      recognised: (voice, known) => recognised.push([voice, known]),
      named: () => {},
    },
  });
  session.attach();
  hear(20);
  const [five, nine] = [5 * SAMPLE_RATE, 9 * SAMPLE_RATE];
  const before = [
    line(0, 'Ana.', { end: five, state: 'final', speaker: '1' }),
    line(five, 'Ben goes on.', { end: nine, speaker: '2' }),
    line(nine, 'Ana.', { end: 20 * SAMPLE_RATE, speaker: '1' }),
  ];
  session.applyCaptions(captions(1, before, { final_until: five }));
  session.detach(true);
  session.attach();
  const said = { end: until * SAMPLE_RATE, speaker: again };
  session.applyCaptions(captions(1, [line(five, 'Ben goes on.', said)], { final_until: five }));
  return recognised;
}

test('a voice that a new host hears again is the one that the host before has heard there', () => {
  assert.deepEqual(heardTwice('1', 9), [['3', '2']]);
});

test('a voice of which a new host has heard little is none that is known', () => {
  assert.deepEqual(heardTwice('1', 6), []);
});

test('a voice that is heard where two were is neither', () => {
  assert.deepEqual(heardTwice('1', 14), []);
});

test('each of two who speak at the same time has a number of its own', () => {
  const { session, hear } = bench();
  session.attach();
  hear(10);
  const both = line(200, 'Yes!', { speaker: '1+2' });
  session.applyCaptions(captions(1, [line(0, 'Ana.', { speaker: '1' }), both]));
  session.detach(true);
  session.attach();
  session.applyCaptions(captions(1, [line(0, 'Yes!', { speaker: '2+1' })]));
  assert.equal(session.model.lines[0]?.speaker, '4+3');
});

test('another model of the same host knows its voices, so numbers stay', () => {
  const { session, hear } = bench();
  session.attach();
  hear(10);
  const said = line(0, 'Ana.', { end: SAMPLE_RATE, state: 'final', speaker: '1' });
  session.applyCaptions(captions(1, [said], { final_until: SAMPLE_RATE }));
  session.configure({ language: 'en', model: 'small' });
  assert.ok(session.goOn());
  const more = line(2 * SAMPLE_RATE, 'Ana again.', { speaker: '1' });
  session.applyCaptions(captions(1, [more], { final_until: SAMPLE_RATE }));
  assert.deepEqual(
    session.model.lines.map(({ speaker }) => speaker),
    ['1', '1'],
  );
});
