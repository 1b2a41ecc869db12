// What the weather will be.

const SKIES = { Turin: "sun", London: "rain", Paris: "clouds" };

export const handler = async ({ city }) => ({ city, sky: SKIES[city] });
