//! The domain's ids as parameters and columns.

use domain::ids::*;

use crate::seam::col_id;

col_id!(
    SiteId,
    CompanyId,
    StaffId,
    DepartmentId,
    PersonId,
    UnitId,
    BuildingId,
    ContactId,
    CaseId,
    OrderId,
    QuoteId,
    ConfirmationId,
    CallbackId,
    FileId,
    AttachmentId,
    LinkId,
    VehicleId,
    ParkingId,
    SessionId,
    TokenId,
    DraftId,
    MessageId,
    ImportId,
    StandardId,
    StandardJobId,
    CalendarExceptionId,
    CalendarVersionId,
);
