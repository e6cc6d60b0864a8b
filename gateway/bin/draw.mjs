// Draws a small picture of the picture on standard input: `draw.mjs fit 640` or `draw.mjs square 256`, as WebP on standard output.
// A process of its own: whatever a picture does to its decoder, it does it here, at the lowest priority, until it is killed.
import { constants, setPriority } from 'node:os';
import sharp from 'sharp';

/** More than any camera we know of takes in one shot; it bounds the memory. */
const maxPixels = 64_000_000;
/** What we take for a picture; nothing else is even tried. */
const readers = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((format) => `VipsForeignLoad${format}Buffer`);

const [shape, size = '0'] = process.argv.slice(2);
const box = Number(size);
const resizing =
  shape === 'square' ? { fit: 'cover', position: 'centre' } : { fit: 'inside', withoutEnlargement: true };

setPriority(constants.priority.PRIORITY_LOW);
sharp.cache(false);
sharp.concurrency(1);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: readers });

// Turned as the camera was held; what else it wrote (places, times, names) is not taken over.
const picture = sharp({ limitInputPixels: maxPixels, failOn: 'truncated', sequentialRead: true, autoOrient: true })
  .resize(box, box, resizing)
  .toColourspace('srgb')
  .webp({ quality: 80 });
process.stdin.on('error', () => process.exit(1)).pipe(picture);
try {
  process.stdout.write(await picture.toBuffer());
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 65;
}
