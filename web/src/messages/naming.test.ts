import { describe, expect, it } from 'vitest';
import { nameAt, namedSo } from './naming.js';

describe('a name that is being written', () => {
  it.each([
    ['@i', 'i'],
    ['Ask @ine', 'ine'],
    ['(@in', 'in'],
    ['a line\n@Олег', 'Олег'],
  ])('is at the end of «%s»', (text, letters) => {
    expect(nameAt(text, text.length)).toEqual({ start: text.lastIndexOf('@'), end: text.length, letters });
  });

  it('is at the cursor, wherever that stands', () => {
    expect(nameAt('Ask @in about it', 7)).toEqual({ start: 4, end: 7, letters: 'in' });
    expect(nameAt('Ask @ines about it', 7)).toBeUndefined();
    expect(nameAt('Ask @in about it', 9)).toBeUndefined();
  });

  it.each(['', '@', 'in', 'a@in', '@@in', 'ines@example', '@in '])('is not at the end of «%s»', (text) => {
    expect(nameAt(text, text.length)).toBeUndefined();
  });
});

describe('who is named so', () => {
  const user = (username: string, display_name: string) => ({ id: username, username, display_name, avatar: null });
  const people = [
    user('mai', 'Mai Trần'),
    user('trang', 'Mai Anh'),
    user('ines', 'Inês Duarte'),
    user('oleg', 'Олег Власов'),
  ];
  const found = (letters: string) => namedSo(people, letters).map(({ username }) => username);

  it('is whose username begins so, then whose name has a word that does, without regard to case and marks', () => {
    expect(found('TRA')).toEqual(['trang', 'mai']);
    expect(found('inê')).toEqual(['ines']);
    expect(found('вла')).toEqual(['oleg']);
    expect(found('uarte')).toEqual([]);
  });

  it('is nobody any more once a username stands there in full', () => {
    expect(found('ma')).toEqual(['mai', 'trang']);
    expect(found('Mai')).toEqual([]);
  });

  it('is six people at most', () => {
    const many = Array.from({ length: 9 }, (_, n) => user(`ann${n}`, 'Ann'));
    expect(namedSo(many, 'ann')).toHaveLength(6);
  });
});
