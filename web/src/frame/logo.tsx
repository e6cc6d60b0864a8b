// The mark: a speech bubble that is also a natterjack, the toad that never stops talking.

export function Mark({ className = '' }: { className?: string }) {
  return (
    <svg className={`mark ${className}`} viewBox="0 0 64 64" aria-hidden="true" focusable="false">
      <path
        className="mark-body"
        d="M14 13.500A8.500 8.500 0 0 1 29.500 11h5A8.500 8.500 0 0 1 50 13.500c6.600 4.100 10 10.700 10 18.700C60 45.700 48.600 54 32 54c-3.400 0-6.600-.3-9.600-1L10 58.500l2.400-9.600C6.900 45 4 39.200 4 32.200c0-8 3.400-14.600 10-18.700Z"
      />
      <path className="mark-stripe" d="M18 36c3.600 5.200 8.400 7.500 14 7.500S42.400 41.200 46 36" />
      <g className="mark-eyes">
        <circle cx="21.500" cy="15.500" r="4.200" />
        <circle cx="42.500" cy="15.500" r="4.200" />
      </g>
      <g className="mark-pupils">
        <circle cx="22.300" cy="15.900" r="2" />
        <circle cx="41.700" cy="15.900" r="2" />
      </g>
    </svg>
  );
}

export function Wordmark() {
  return (
    <span className="wordmark">
      <Mark />
      <span>natter</span>
    </span>
  );
}
