import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";

export const MENU_ITEM = "flex min-h-8 items-center gap-2 rounded-sm px-2 text-dense outline-none data-[highlighted]:bg-s3";

interface Props {
  value: string;
  label: string;
  /** Whether choosing it leaves the menu. */
  closes?: boolean;
}

/** One of several in a menu, with a tick at the one in force. */
export function MenuChoice({ value, label, closes = false }: Props) {
  return (
    <DropdownMenu.RadioItem value={value} className={MENU_ITEM} onSelect={(event) => !closes && event.preventDefault()}>
      <span className="size-4 shrink-0">
        <DropdownMenu.ItemIndicator>
          <Check aria-hidden size={16} />
        </DropdownMenu.ItemIndicator>
      </span>
      <span className="min-w-0 break-words">{label}</span>
    </DropdownMenu.RadioItem>
  );
}
