//! Our own workbook for an estate, which explains itself: a page of instructions, then units with their people,
//! vehicles and parking places, with drop-downs and a note on every heading.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Note, Workbook, Worksheet,
    XlsxError,
};

use crate::Lang;
use crate::template_text::{BAD_CHOICE, Both, Column, Form, INSTRUCTIONS, RULES, SHEETS, Sheet, TABLE, TITLE, YES};

/// Rows that have the drop-downs.
const ROWS: u32 = 100_000;

/// Why the template could not be made: a fault of this program, never of the person.
#[derive(Debug)]
pub struct TemplateError(String);

impl std::fmt::Display for TemplateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the template could not be made: {}", self.0)
    }
}

impl std::error::Error for TemplateError {}

impl From<XlsxError> for TemplateError {
    fn from(error: XlsxError) -> Self {
        Self(error.to_string())
    }
}

fn say(text: Both, lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => text.0,
        Lang::En => text.1,
    }
}

/// The file name under which the template is downloaded.
pub fn template_filename(lang: Lang) -> &'static str {
    say(("三声-房屋与住户导入模板.xlsx", "sansheng-estate-template.xlsx"), lang)
}

/// The template, empty and ready to fill in. Both languages are read by [`crate::estate::read_estate`].
///
/// # Errors
/// [`TemplateError`], which a test rules out for the texts that are there.
pub fn template(lang: Lang) -> Result<Vec<u8>, TemplateError> {
    let mut workbook = Workbook::new();
    instructions(workbook.add_worksheet(), lang)?;
    for sheet in SHEETS {
        data_sheet(workbook.add_worksheet(), sheet, lang)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn heading_format(required: bool) -> Format {
    let (back, ink) = if required {
        (0x001F_5A7A, 0x00FF_FFFF)
    } else {
        (0x00DC_E6EC, 0x001B_2B34)
    };
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(back))
        .set_font_color(Color::RGB(ink))
        .set_border_bottom(FormatBorder::Thin)
}

fn heading(column: &Column, lang: Lang) -> String {
    let star = if column.required { " *" } else { "" };
    format!("{}{star}", say(column.heading, lang))
}

fn instructions(page: &mut Worksheet, lang: Lang) -> Result<(), TemplateError> {
    let wrap = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let head = heading_format(false);
    page.set_name(say(INSTRUCTIONS, lang))?;
    for (index, width) in [(0u16, 18.0), (1, 20.0), (2, 10.0), (3, 60.0), (4, 24.0), (5, 24.0)] {
        page.set_column_width(index, width)?;
    }
    page.write_string_with_format(0, 0, say(TITLE, lang), &Format::new().set_bold().set_font_size(16))?;
    let mut row = 2;
    for (number, rule) in RULES.iter().enumerate() {
        page.merge_range(row, 0, row, 5, &format!("{}. {}", number + 1, say(*rule, lang)), &wrap)?;
        page.set_row_height(row, 34)?;
        row += 1;
    }
    row += 1;
    for (text, index) in TABLE.iter().zip(0u16..) {
        page.write_string_with_format(row, index, say(*text, lang), &head)?;
    }
    row += 1;
    for sheet in SHEETS {
        let name = format!("{}\n{}", say(sheet.name, lang), say(sheet.purpose, lang));
        for (position, column) in sheet.columns.iter().enumerate() {
            if position == 0 {
                page.write_string_with_format(row, 0, &name, &wrap)?;
            } else {
                page.write_string_with_format(row, 0, say(sheet.name, lang), &wrap)?;
            }
            page.write_string_with_format(row, 1, say(column.heading, lang), &wrap)?;
            page.write_string_with_format(row, 2, if column.required { say(YES, lang) } else { "" }, &wrap)?;
            page.write_string_with_format(row, 3, explanation(column, lang), &wrap)?;
            // Examples stand beside the explanation, one column for each row of the sheet.
            for (example, index) in sheet.examples.iter().zip(4u16..) {
                let text = example.get(position).map_or("", |text| say(*text, lang));
                page.write_string_with_format(row, index, text, &wrap)?;
            }
            row += 1;
        }
    }
    page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    page.set_active(true);
    Ok(())
}

fn explanation(column: &Column, lang: Lang) -> String {
    let mut text = say(column.explanation, lang).to_owned();
    if !column.choices.is_empty() {
        let choices: Vec<&str> = column.choices.iter().map(|choice| say(*choice, lang)).collect();
        let (colon, comma) = if lang == Lang::Zh { ("：", "、") } else { (": ", ", ") };
        text = format!("{text}{colon}{}", choices.join(comma));
    }
    text
}

fn data_sheet(page: &mut Worksheet, sheet: &Sheet, lang: Lang) -> Result<(), TemplateError> {
    page.set_name(say(sheet.name, lang))?;
    page.set_row_height(0, 26)?;
    for (column, index) in sheet.columns.iter().zip(0u16..) {
        // English headings are longer than Chinese ones.
        let least = say(column.heading, lang).chars().count() as f64 + 4.0;
        page.set_column_width(index, column.width.max(if lang == Lang::En { least } else { 0.0 }))?;
        let cells = match column.form {
            Form::Text => Format::new().set_num_format("@"),
            Form::Number => Format::new().set_num_format("0.00"),
            Form::Date => Format::new().set_num_format("yyyy-mm-dd"),
        };
        page.set_column_format(index, &cells)?;
        page.write_string_with_format(0, index, heading(column, lang), &heading_format(column.required))?;
        let text = explanation(column, lang);
        if !text.is_empty() {
            page.insert_note(
                0,
                index,
                &Note::new(text).add_author_prefix(false).set_width(240).set_height(90),
            )?;
        }
        if !column.choices.is_empty() {
            let choices: Vec<&str> = column.choices.iter().map(|choice| say(*choice, lang)).collect();
            let style = match column.strict {
                true => DataValidationErrorStyle::Stop,
                false => DataValidationErrorStyle::Information,
            };
            let validation = DataValidation::new()
                .allow_list_strings(&choices)?
                .set_error_style(style)
                .set_error_message(say(BAD_CHOICE, lang))?;
            page.add_data_validation(1, index, ROWS, index, &validation)?;
        }
    }
    page.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    page.set_freeze_panes(1, 0)?;
    Ok(())
}
