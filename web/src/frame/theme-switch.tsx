// Light, dark, or as the system has it.
import { useId } from 'react';
import { type Theme, themeStore } from '../store/theme.js';
import { AutoIcon, MoonIcon, SunIcon } from './icons.js';
import { useStore } from './natter-context.js';

const choices: { theme: Theme; label: string; Icon: typeof SunIcon }[] = [
  { theme: 'light', label: 'Light', Icon: SunIcon },
  { theme: 'system', label: 'As the system', Icon: AutoIcon },
  { theme: 'dark', label: 'Dark', Icon: MoonIcon },
];

export function ThemeSwitch() {
  const name = useId(); // there may be two of it on a page: of one name, only one of them could show what is chosen
  const current = useStore(themeStore, ({ theme }) => theme);
  return (
    <fieldset className="theme-switch">
      <legend className="sr-only">Colours</legend>
      {choices.map(({ theme, label, Icon }) => (
        <label key={theme} title={label}>
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={theme === current}
            onChange={() => themeStore.choose(theme)}
          />
          <Icon />
          <span className="sr-only">{label}</span>
        </label>
      ))}
    </fieldset>
  );
}
