//! Typed identifiers. Each is a UUIDv7 as 32 lower-case hexadecimal digits, made by the caller: nothing here makes one up.

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The text as it is stored.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The text as it is stored, without a copy.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                $name(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                $name(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+};
}

ids! {
    /// A request for more time on a limit.
    ExtensionId,
    /// A question to a superior or another department while the customer waits.
    ConsultId,
    /// A standard answer (标准答案).
    AnswerId,
    /// Somebody outside who helps with what is not our service.
    ReferralId,
    /// A month's satisfaction calls, and one of them.
    CallRoundId, CallLineId,
    /// A month's round of opinions, and one of them.
    OpinionRoundId, OpinionLineId,
    /// A telephone system that tells of calls, a telephone of the site, a call, and one report of it.
    PhoneSystemId, ExtensionLineId, CallId, CallEventId,
    /// That somebody listened to a call's recording.
    CallHearingId,
    /// A number that called, was not answered and is to be called back.
    MissedCallId,
    /// A request for long distance, one for a new telephone, and a violation of the rules for the telephone.
    LongDistanceId, NewPhoneId, ViolationId,
    /// What was found by itself about the use of a telephone.
    FindingId,
    /// A check of lines and telephones, and a fault that it found.
    LineCheckId, LineFaultId,
    /// A correction of a register's entry.
    CorrectionId,
    /// A proposal for a new service.
    ProposalId,
    /// An investigation into an internal report (内部报告核查).
    InvestigationId,
    /// A lesson of the case library (案例库).
    LessonId,
    /// An estate that is served.
    SiteId,
    /// The company that runs one or several sites.
    CompanyId,
    /// A member of staff, or a vendor's contact with an account.
    StaffId,
    /// A department, or a vendor's firm.
    DepartmentId,
    /// A resident or another natural person of the directory.
    PersonId,
    /// A dwelling, shop or other unit.
    UnitId,
    /// A building.
    BuildingId,
    /// One call, visit or message that came in (来电来访).
    ContactId,
    /// A case (事件).
    CaseId,
    /// A work order (工作联系单).
    OrderId,
    /// A price named on site.
    QuoteId,
    /// A customer's confirmation of the work.
    ConfirmationId,
    /// A callback (回访).
    CallbackId,
    /// A stored file, by its record (not by its hash).
    FileId,
    /// A file attached to a case.
    AttachmentId,
    /// A secret link given to a resident or a vendor.
    LinkId,
    /// A vehicle.
    VehicleId,
    /// A parking place.
    ParkingId,
    /// A signed-in session.
    SessionId,
    /// An API or device token.
    TokenId,
    /// A draft of a form.
    DraftId,
    /// An outgoing message.
    MessageId,
    /// A reminder or alarm to staff (提醒).
    NoticeId,
    /// One import of an estate file.
    ImportId,
    /// A version of a site's service standard.
    StandardId,
    /// Long work that goes on without the person who began it.
    StandardJobId,
    /// A post that is held in shifts (岗位).
    PostId,
    /// A shift pattern of a post (班次).
    PatternId,
    /// One shift of one person on one date.
    ShiftId,
    /// Leave or illness of a member of staff.
    AbsenceId,
    /// A swap of shifts.
    SwapId,
    /// A hand-over of one shift to the next (交接班).
    HandOverId,
    /// A key that was lent.
    KeyLoanId,
    /// A day off, closure or working day of the company or a site.
    CalendarExceptionId,
    /// A version of a working calendar.
    CalendarVersionId,
    /// A visitor's visit (访客).
    VisitId,
    /// A secret address of a host.
    VisitLinkId,
    /// A face-to-face appointment.
    AppointmentId,
    /// An emergency or a drill (应急处置).
    EmergencyId,
    /// A contingency plan or a safety training document.
    PlanId,
    /// A mass incident (群体事件).
    IncidentId,
    /// Somebody who called about a mass incident.
    IncidentCallerId,
    /// A notice to residents (公告).
    BulletinId,
    /// A secret address to read a notice by.
    BulletinLinkId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_plain_text_in_json() {
        let id = CaseId::from("0190");
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"0190\"");
        assert_eq!(serde_json::from_str::<CaseId>("\"0190\"").unwrap(), id);
        assert_eq!(id.to_string(), id.as_str());
    }
}
