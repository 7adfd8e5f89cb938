/** Dark or light: as the system says, until the reader chooses. */
import { useEffect, useState } from 'react';

/** The two themes. */
export type Theme = 'light' | 'dark';

const KEY = 'ascent-theme';

function chosen(): Theme | null {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : null;
}

function systemTheme(): Theme {
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** The theme, applied to the document, and the way to change it. */
export function useTheme(): readonly [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => chosen() ?? systemTheme());
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
  }, [theme]);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const follow = (): void => {
      if (chosen() === null) setTheme(systemTheme());
    };
    system.addEventListener('change', follow);
    return () => {
      system.removeEventListener('change', follow);
    };
  }, []);
  const choose = (next: Theme): void => {
    localStorage.setItem(KEY, next);
    setTheme(next);
  };
  return [theme, choose];
}
