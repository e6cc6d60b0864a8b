// Where something opens that belongs to another: below it, or above it where there is no room, and within the window.

const gap = 4;

export function placeBeside(opened: HTMLElement, owner: HTMLElement): void {
  const at = owner.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = opened;
  const isBelow = at.bottom + gap + height <= innerHeight;
  opened.style.left = `${Math.max(gap, Math.min(at.right - width, innerWidth - width - gap))}px`;
  opened.style.top = `${Math.max(gap, isBelow ? at.bottom + gap : at.top - gap - height)}px`;
}
