// Icons drawn for this page, on a grid of 24, in the colour of the text beside them. They are decoration: the words say it.
import type { ReactNode } from 'react';

const icon =
  (children: ReactNode) =>
  ({ className = '' }: { className?: string }) => (
    <svg className={`icon ${className}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );

export const RoomsIcon = icon(
  <path d="M4 6.500h11a2 2 0 0 1 2 2v4.500a2 2 0 0 1-2 2H9l-4 3.500V15a2 2 0 0 1-2-2V8M20 9.500a2 2 0 0 1 1 1.700v4.600a2 2 0 0 1-2 2v3L15.500 18H12" />,
);
export const SearchIcon = icon(
  <>
    <circle cx="10.500" cy="10.500" r="6.500" />
    <path d="m15.500 15.500 5 5" />
  </>,
);
export const SettingsIcon = icon(<path d="M4 7h9m4 0h3M4 17h3m4 0h9M15 4.500v5M9 14.500v5" />);
export const PlusIcon = icon(<path d="M12 5v14M5 12h14" />);
export const BackIcon = icon(<path d="m14.500 5-7 7 7 7" />);
export const CloseIcon = icon(<path d="m6 6 12 12M18 6 6 18" />);
export const PeopleIcon = icon(
  <>
    <circle cx="9" cy="8.500" r="3.500" />
    <path d="M2.500 19.500c.6-3.600 3-5.500 6.500-5.500s5.900 1.900 6.500 5.500M15.500 5.200a3.500 3.500 0 0 1 0 6.600M18 14.600c2 .8 3.200 2.500 3.500 4.900" />
  </>,
);
export const MoreIcon = icon(
  <g className="filled">
    <circle cx="5.500" cy="12" r="1.700" />
    <circle cx="12" cy="12" r="1.700" />
    <circle cx="18.500" cy="12" r="1.700" />
  </g>,
);
export const AddPersonIcon = icon(
  <>
    <circle cx="9.500" cy="8.500" r="3.500" />
    <path d="M3 19.500c.6-3.600 3-5.500 6.500-5.500 2 0 3.600.6 4.800 1.800M18.500 14v6m-3-3h6" />
  </>,
);
export const LinkIcon = icon(
  <path d="m9.500 14.500 5-5m-7.200 2.600-2 2a3.600 3.600 0 0 0 5 5l2.200-2.200m4.200-5 2-2a3.600 3.600 0 0 0-5-5l-2.200 2.200" />,
);
export const BellIcon = icon(
  <path d="M12 4.500A5.500 5.500 0 0 0 6.500 10c0 5-2 6.500-2 6.500h15s-2-1.500-2-6.500A5.500 5.500 0 0 0 12 4.500Zm-1.500 15a2 2 0 0 0 3 0" />,
);
export const BellOffIcon = icon(
  <path d="M4 4l16 16M8 8.200A5.500 5.500 0 0 0 6.500 12c0 3.500-2 4.500-2 4.500h11m2.300-1.800c-.2-.7-.3-1.600-.3-2.700A5.500 5.500 0 0 0 11 6.600M10.500 19.500a2 2 0 0 0 3 0" />,
);
export const MessageIcon = icon(
  <path d="M4.500 5.500h15a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H11l-4 3v-3H4.500a1 1 0 0 1-1-1v-10a1 1 0 0 1 1-1Z" />,
);
export const SendIcon = icon(<path d="M4 12 3 4.500 21.500 12 3 19.500 4 12Zm0 0h8" />);
export const AttachIcon = icon(
  <path d="m19.500 11-7.600 7.600a4.600 4.600 0 0 1-6.500-6.500l8-8a3 3 0 0 1 4.300 4.300l-7.700 7.700a1.400 1.400 0 0 1-2-2l7-7" />,
);
export const FileIcon = icon(<path d="M6 3h8l4.500 4.500V21H6V3Zm8 0v4.500h4.500" />);
export const DownIcon = icon(<path d="M12 5v13m-6-6 6 6 6-6" />);
export const ReplyIcon = icon(<path d="M10 6 4 11.500 10 17m-6-5.500h9a6.500 6.500 0 0 1 6.500 6.500" />);
export const ThreadIcon = icon(
  <path d="M5 4.500h10a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H9l-3 2.500v-2.500H5a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Zm14 5a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-1V20l-3-2.500h-3" />,
);
export const PencilIcon = icon(
  <path d="m4.500 19.500.8-4L16 4.800a1.800 1.800 0 0 1 2.500 0l.7.7a1.800 1.800 0 0 1 0 2.500L8.500 18.700l-4 .8Zm9.700-12.700 3 3" />,
);
export const SmileIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M8.500 14c.8 1.300 2 2 3.500 2s2.700-.7 3.500-2" />
    <path d="M9.200 9.500v.2m5.600-.2v.2" />
  </>,
);
export const ShieldIcon = icon(
  <path d="M12 3.500 5 6v5.500c0 4.500 2.800 7.500 7 9 4.200-1.500 7-4.500 7-9V6l-7-2.500Zm-3 8.500 2.200 2.200L15.500 10" />,
);
export const LockIcon = icon(
  <>
    <rect x="5" y="10.500" width="14" height="9.500" rx="2.500" />
    <path d="M8.500 10.500V8a3.500 3.500 0 0 1 7 0v2.500" />
  </>,
);
export const HashIcon = icon(<path d="M9.500 4 7.500 20M16.500 4l-2 16M4.500 9h16M3.500 15h16" />);
export const ClockIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path d="M12 7.500V12l3 2" />
  </>,
);
export const CheckIcon = icon(<path d="m5 12.500 4.500 4.500L19 7" />);
export const ChecksIcon = icon(<path d="m2 12.500 4.500 4.500L16 7m-4 8.500 1.500 1.500L22 7" />);
export const WarnIcon = icon(<path d="M12 4 2.500 20h19L12 4Zm0 6v4.500m0 2.500v.2" />);
export const SunIcon = icon(
  <>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 2.500v2m0 15v2m9.500-9.500h-2m-15 0h-2m16.200-6.700-1.400 1.400M6.700 17.300l-1.400 1.400m13.400 0-1.400-1.400M6.700 6.700 5.300 5.300" />
  </>,
);
export const MoonIcon = icon(<path d="M20 14.500A8.500 8.500 0 0 1 9.500 4a8.500 8.500 0 1 0 10.500 10.500Z" />);
export const AutoIcon = icon(
  <>
    <circle cx="12" cy="12" r="8.500" />
    <path className="filled" d="M12 3.500a8.500 8.500 0 0 1 0 17Z" />
  </>,
);
