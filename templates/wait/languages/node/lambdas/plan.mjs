// Works out when somebody is to be reminded: a day before the appointment.

const DAY = 24 * 60 * 60 * 1000;

export const handler = async (event) => {
  const remindAt = new Date(Date.parse(event.appointment) - DAY);
  return { remind_at: remindAt.toISOString().replace(".000Z", "Z") };
};
