/** The width of an element as it is laid out, so that a chart draws its text at its true size. */
import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** Narrower than any screen: a chart is never squeezed to nothing while the page is being laid out. */
const LEAST_PX = 200;

/** A ref for the element and its width in CSS pixels; `fallback` before the first layout. */
export function useWidth<T extends HTMLElement>(
  fallback: number,
): readonly [RefObject<T | null>, number] {
  const ref = useRef<T>(null);
  const [width, setWidth] = useState(fallback);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = (): void => {
      const { width: measured } = element.getBoundingClientRect();
      setWidth(Math.max(LEAST_PX, measured));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, []);
  return [ref, width];
}
