// Light, dark, or as the system has it. The style sheet does the rest by `color-scheme`.
import { Store } from './store.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const key = 'natter.theme';

class ThemeStore extends Store<{ theme: Theme }> {
  constructor() {
    super({ theme: 'system' });
    try {
      const kept = localStorage.getItem(key);
      this.#show(themes.find((theme) => theme === kept) ?? 'system');
    } catch {
      // a browser that keeps nothing
    }
  }

  choose(theme: Theme): void {
    this.#show(theme);
    try {
      localStorage.setItem(key, theme);
    } catch {
      // for this visit only, then
    }
  }

  #show(theme: Theme): void {
    document.documentElement.dataset['theme'] = theme;
    this.set({ theme });
  }
}

export const themeStore = new ThemeStore();
