import { expect, it } from 'vitest';
import { readSettings } from './settings.js';

const each = {
  AUTH_DATABASE_URL: 'postgres://a:a@db/natter_auth',
  ROOMS_DATABASE_URL: 'postgres://r:r@db/natter_rooms',
  NOTIFICATIONS_DATABASE_URL: 'postgres://n:n@db/natter_notifications',
};

it('without anything said, the data folder of npm start is meant', () => {
  const { dataDir, filesDir, databaseUrls } = readSettings({}, '/srv/natter');
  expect([dataDir, filesDir, databaseUrls]).toEqual(['/srv/natter/.natter', '/srv/natter/.natter/files', undefined]);
});

it('in containers each database is named, and where the files are', () => {
  const { databaseUrls, filesDir } = readSettings({ ...each, NATTER_FILES_DIR: '/data/files' }, '/app');
  expect(filesDir).toBe('/data/files');
  expect(databaseUrls).toEqual({
    natter_auth: each.AUTH_DATABASE_URL,
    natter_rooms: each.ROOMS_DATABASE_URL,
    natter_notifications: each.NOTIFICATIONS_DATABASE_URL,
  });
  expect(readSettings({ ...each, NATTER_S3_BUCKET: 'files' }, '/app').filesDir).toBeUndefined();
});

it('half an answer is refused with what is missing', () => {
  const { AUTH_DATABASE_URL } = each;
  expect(() => readSettings({ AUTH_DATABASE_URL }, '/app')).toThrow('belong together');
  expect(() => readSettings(each, '/app')).toThrow('NATTER_FILES_DIR');
  const slip = { ...each, ROOMS_DATABASE_URL: 'db/natter_rooms', NATTER_FILES_DIR: '/data/files' };
  expect(() => readSettings(slip, '/app')).toThrow('ROOMS_DATABASE_URL is not the URL of a PostgreSQL');
});
