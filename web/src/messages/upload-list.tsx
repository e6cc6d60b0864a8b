// What will go with the next message: each file with how far it is, a picture as it looks, and a way to leave it out.
import { useEffect, useRef } from 'react';
import { CloseIcon, FileIcon, WarnIcon } from '../frame/icons.js';
import type { Uploads } from './uploads.js';
import { sizeText } from './words.js';

export function UploadList({ uploads }: { uploads: Uploads }) {
  if (uploads.all.length === 0) return null;
  return (
    <ul className="uploads" aria-label="Files to send">
      {uploads.all.map(({ key, name, size, picture, progress, id, problem }) => (
        <li key={key} className={problem ? 'upload failed' : 'upload'}>
          {picture && <Preview picture={picture} />}
          {problem ? <WarnIcon className="small" /> : !picture && <FileIcon className="small" />}
          <span className="upload-words">
            <span className="clip" dir="auto">
              {name}
            </span>
            <small role={problem ? 'alert' : undefined}>
              {problem ?? (id ? sizeText(size) : `${Math.round(progress * 100)} % of ${sizeText(size)}`)}
            </small>
            {!id && !problem && <progress aria-label={`${name} is on its way`} max={1} value={progress} />}
          </span>
          <button
            type="button"
            className="icon-button"
            aria-label={id || problem ? `Leave out ${name}` : `Stop sending ${name}`}
            onClick={() => uploads.remove(key)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** From this device, not from the server. What does not turn out to be a picture is not shown. */
function Preview({ picture }: { picture: File }) {
  const image = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(picture);
    if (image.current) image.current.src = url;
    return () => URL.revokeObjectURL(url);
  }, [picture]);
  const hide = () => image.current?.setAttribute('hidden', '');
  return <img ref={image} className="upload-preview" alt="" onError={hide} />;
}
