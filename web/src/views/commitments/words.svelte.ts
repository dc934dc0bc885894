/** What statuses and sectors are called in the language of the page. */
import { t } from "$lib/language.svelte";

const said = (key: string, word: string, found: string): string => (found === key ? word : found);
export const statusWord = (status: string): string => said(`commitments.status.${status.replaceAll(" ", "_")}`, status, t(`commitments.status.${status.replaceAll(" ", "_")}`));
export const sectorWord = (sector: string): string => said(`commitments.sector.${sector}`, sector, t(`commitments.sector.${sector}`));
