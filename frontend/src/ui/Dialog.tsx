import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { useRef, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children: ReactNode;
  /** What gets the focus first; the first field if not said. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** False for dialogs that may only be left through their buttons. */
  dismissible?: boolean;
}

/** A modal dialog: focus stays inside and returns to what opened it, Esc closes. */
export function Dialog({ open, onOpenChange, title, description, children, initialFocus, dismissible = true }: Props) {
  const { t } = useTranslation();
  const opener = useRef<HTMLElement | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={(next) => (dismissible || next) && onOpenChange(next)}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-40 bg-[color-mix(in_srgb,var(--bg)_72%,transparent)]" />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            opener.current = document.activeElement as HTMLElement | null;
            if (!initialFocus?.current) return;
            event.preventDefault();
            initialFocus.current.focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            returnFocus(opener.current);
          }}
          className="fixed top-1/2 left-1/2 z-50 max-h-[calc(100dvh-16px)] w-[min(560px,calc(100vw-16px))] -translate-x-1/2 -translate-y-1/2 overflow-y-auto rounded-lg border border-hairline bg-s1 p-4 shadow-2xl sm:p-6"
        >
          <div className="mb-4 flex items-start justify-between gap-4">
            <div className="min-w-0">
              <Radix.Title className="text-h2 font-semibold break-words">{title}</Radix.Title>
              {description && <Radix.Description className="mt-1 text-text2">{description}</Radix.Description>}
            </div>
            {dismissible && (
              <Radix.Close
                aria-label={t("close")}
                title={t("close")}
                className="-mt-1 -mr-2 flex size-8 shrink-0 items-center justify-center rounded-md text-text2 hover:bg-s2 hover:text-text"
              >
                <X aria-hidden size={16} />
              </Radix.Close>
            )}
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** To what opened the dialog; if that is gone or switched off by now, to the page's content. */
function returnFocus(opener: HTMLElement | null) {
  const usable = opener?.isConnected && !opener.matches(":disabled");
  (usable ? opener : document.getElementById("main"))?.focus();
}

export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-6 flex flex-wrap justify-end gap-2">{children}</div>;
}
