import { useTranslation } from "react-i18next";

import { RoomHeading } from "../RoomHeading";

import { PasswordPanel } from "./PasswordPanel";
import { SecondFactorPanel } from "./SecondFactorPanel";
import { SessionsPanel } from "./SessionsPanel";

export function SecurityPage() {
  const { t } = useTranslation("settings");
  return (
    <>
      <RoomHeading title={t("security.title")} text={t("security.text")} />
      <div className="flex flex-col gap-4">
        <SecondFactorPanel />
        <SessionsPanel />
        <PasswordPanel />
      </div>
    </>
  );
}
