// Draws when something has changed, at once after a rest and at most thirty times a second.

export type Frames = Disposable & {
  readonly request: () => void;
  /** Also draws by itself every so many milliseconds; 0 stops that. */
  readonly animate: (everyMs: number) => void;
};

const FRAME_MS = 33;

export function createFrames(draw: () => void): Frames {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let interval: ReturnType<typeof setInterval> | undefined;
  let every = 0;
  let last = -FRAME_MS;
  const now = () => {
    timer = undefined;
    last = performance.now();
    draw();
  };
  const request = () => {
    timer ??= setTimeout(now, Math.max(last + FRAME_MS - performance.now(), 0));
  };
  return {
    request,
    animate: (everyMs) => {
      if (everyMs === every) return;
      every = everyMs;
      clearInterval(interval);
      interval = everyMs === 0 ? undefined : setInterval(request, everyMs);
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      clearInterval(interval);
    },
  };
}
