/** Draw the clip's waveform, and how far it has been spoken. */
const BARS = 150;

const clip = /** @type {HTMLAudioElement} */ (document.getElementById('clip'));
const canvas = /** @type {HTMLCanvasElement} */ (document.getElementById('wave'));

/**
 * The loudest sample in each of `BARS` stretches, 0 to 1.
 * @returns {Promise<number[]>}
 */
async function readPeaks() {
  const response = await fetch(clip.src);
  const context = new OfflineAudioContext(1, 1, 16_000);
  const sound = await context.decodeAudioData(await response.arrayBuffer());
  const samples = sound.getChannelData(0);
  const stretch = Math.floor(samples.length / BARS);
  return Array.from({ length: BARS }, (_, bar) =>
    samples
      .subarray(bar * stretch, (bar + 1) * stretch)
      .reduce((peak, sample) => Math.max(peak, Math.abs(sample)), 0),
  );
}

/** @param {number[]} peaks */
function draw(peaks) {
  const context = canvas.getContext('2d');
  if (!context) return;
  const width = canvas.width / BARS;
  const spoken = clip.currentTime / clip.duration;
  context.clearRect(0, 0, canvas.width, canvas.height);
  for (const [bar, peak] of peaks.entries()) {
    const height = Math.max(4, peak * canvas.height * 0.8);
    context.fillStyle = bar / BARS < spoken ? '#6ea8fe' : '#39455c';
    context.fillRect(bar * width + 1, (canvas.height - height) / 2, width - 2, height);
  }
}

const peaks = await readPeaks();
draw(peaks);
clip.addEventListener('seeked', () => draw(peaks));
clip.addEventListener('play', () => {
  const frame = () => {
    draw(peaks);
    if (!clip.paused) requestAnimationFrame(frame);
  };
  frame();
});
