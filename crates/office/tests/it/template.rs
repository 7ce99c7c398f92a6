//! The template: filled in and read back in both languages.

use calamine::{Data, Reader, Xlsx};
use office::Lang;
use office::estate::{EstateFile, Layout, Tenure};
use office::template::template;

use crate::common::{read, workbook};
use crate::estate::links;

/// Fills the template as a person would, and reads it back.
fn fill(lang: Lang) -> EstateFile {
    let bytes = template(lang).unwrap();
    let empty = read(&bytes).unwrap();
    assert_eq!((empty.units.len(), empty.people.len()), (0, 0), "examples are not data");
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.as_slice())).unwrap();
    let page = book.worksheets().remove(0).1;
    let table = page
        .rows()
        .find(|row| row.get(4).is_some_and(|cell| *cell != Data::Empty))
        .unwrap();
    assert!(
        table.iter().all(|cell| *cell != Data::Empty),
        "each column of the explanations has a heading"
    );
    let heads: Vec<(String, Vec<String>)> = book
        .worksheets()
        .into_iter()
        .skip(1)
        .map(|(name, range)| (name, range.rows().next().unwrap().iter().map(Data::to_string).collect()))
        .collect();
    let (owner, family, tenant) = match lang {
        Lang::Zh => ("业主", "家属", "租户"),
        Lang::En => ("Owner", "Family", "Tenant"),
    };
    let date = "2024-03-05";
    let units: Vec<Vec<&str>> = vec![
        vec![
            "3",
            "1",
            "1201",
            "94.56",
            "三室",
            date,
            "自住",
            "张三",
            owner,
            "139 0000 0003",
            "021-5555 8888",
            "",
            "男",
            "先打电话",
        ],
        vec![
            "3",
            "1",
            "1201",
            "",
            "",
            "",
            "",
            "李四",
            family,
            "13900000004/13900000005",
            "",
            "",
            "女",
        ],
        vec!["3栋", "1单元", "1202", "88", "", "", "", "张三", owner, "13900000003"],
        vec![
            "3",
            "1",
            "1202",
            "",
            "",
            "2025-01-01",
            "",
            "赵六",
            tenant,
            "18999999999",
        ],
        vec!["3", "1", "1203"],
    ];
    let vehicles: Vec<Vec<&str>> = vec![vec![
        "京A12345",
        "3",
        "1",
        "1201",
        "张三",
        "13900000003",
        "小型车",
        "比亚迪",
        "白",
        "C0001",
    ]];
    let parking: Vec<Vec<&str>> = vec![vec![
        "",
        "C0001",
        "地下停车位",
        "出租",
        "3",
        "1",
        "1201",
        "张三",
        "",
        "京A12345",
        "2024-01-01",
        "2024-12-31",
    ]];
    let mut sheets = Vec::new();
    for ((name, head), rows) in heads.iter().zip([units, vehicles, parking]) {
        let mut all: Vec<Vec<&str>> = vec![head.iter().map(String::as_str).collect()];
        all.extend(rows);
        sheets.push((name.clone(), all));
    }
    let slices: Vec<(String, Vec<&[&str]>)> = sheets
        .iter()
        .map(|(name, rows)| (name.clone(), rows.iter().map(Vec::as_slice).collect()))
        .collect();
    let borrowed: Vec<(&str, &[&[&str]])> = slices
        .iter()
        .map(|(name, rows)| (name.as_str(), rows.as_slice()))
        .collect();
    read(&workbook(&borrowed)).unwrap()
}

#[test]
fn the_template_goes_round_in_both_languages() {
    for lang in [Lang::Zh, Lang::En] {
        let file = fill(lang);
        assert_eq!(file.layout, Layout::Template);
        assert!(file.rejected.is_empty(), "{:?}", file.rejected);
        assert!(file.warnings.is_empty(), "{:?}", file.warnings);
        for sheet in &file.sheets {
            assert!(sheet.ignored_columns.is_empty(), "{sheet:?}");
        }
        assert_eq!(file.units.len(), 3);
        assert_eq!(file.units[0].area_centi_m2, Some(9456));
        assert_eq!(file.people.len(), 3);
        let zhang = &file.people[0];
        assert_eq!(zhang.phones, ["139 0000 0003", "021-5555 8888"]);
        assert_eq!((zhang.remark.as_deref(), zhang.sources.len()), (Some("先打电话"), 2));
        assert_eq!(file.people[1].phones.len(), 2);
        assert!(file.people[2].phones.is_empty());
        let links: Vec<_> = links(&file)
            .into_iter()
            .map(|(name, unit, relation)| format!("{name} {unit} {relation:?}"))
            .collect();
        assert_eq!(
            links,
            [
                "张三 3-1-1201 Owner",
                "李四 3-1-1201 Family",
                "张三 3-1-1202 Owner",
                "赵六 3-1-1202 Tenant"
            ]
        );
        assert_eq!(file.occupancies[0].move_in.as_deref(), Some("2024-03-05"));
        let vehicle = &file.vehicles[0];
        assert_eq!(
            (vehicle.plate.as_str(), vehicle.brand.as_deref()),
            ("京A12345", Some("比亚迪"))
        );
        assert_eq!(vehicle.holder.person.as_ref(), Some(&zhang.key));
        assert_eq!(file.vehicles.len(), 1);
        let parking = &file.parking[0];
        assert_eq!(
            (parking.tenure, parking.from.as_deref()),
            (Some(Tenure::Rented), Some("2024-01-01"))
        );
        assert_eq!(parking.holder.person.as_ref(), Some(&zhang.key));
    }
}
