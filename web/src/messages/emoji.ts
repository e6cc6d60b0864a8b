// The emoji one reacts with most, each with its name for those who hear the page.

export const commonEmoji: readonly (readonly [emoji: string, name: string])[] = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'tears of joy'],
  ['🎉', 'party'],
  ['😮', 'surprise'],
  ['😢', 'crying'],
  ['🙏', 'thanks'],
  ['👀', 'eyes'],
  ['✅', 'done'],
  ['👎', 'thumbs down'],
  ['🔥', 'fire'],
  ['🚀', 'rocket'],
];
