// Something that is on or off, and is changed at once.
import { useId } from 'react';

interface SwitchProps {
  label: string;
  hint: string;
  isOn: boolean;
  isBusy: boolean;
  onChange: () => void;
}

export function Switch({ label, hint, isOn, isBusy, onChange }: SwitchProps) {
  const id = useId();
  return (
    <label className="switch">
      <span>
        {label}
        <small id={id}>{hint}</small>
      </span>
      <input
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-disabled={isBusy}
        aria-describedby={id}
        onChange={() => !isBusy && onChange()}
      />
    </label>
  );
}
