// The scope of an audio worklet, which the DOM's types leave out.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}

declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;

declare const sampleRate: number;
