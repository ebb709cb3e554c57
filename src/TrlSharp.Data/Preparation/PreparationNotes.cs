using System.Numerics;
using TrlSharp.Rows;

namespace TrlSharp.Preparation;

/// <summary>What is kept with prepared data, so that a later run can tell what the first one saw.</summary>
/// <param name="Account">Of the preparation.</param>
/// <param name="FirstChat">The first row that is a chat, with the number of its source; null when there is none.</param>
/// <param name="Refused">The rows that were gone round.</param>
public sealed record PreparationNotes(Account Account, (int Source, Row Row)? FirstChat, IReadOnlyList<RefusedRow> Refused)
{
    /// <summary>The notes of <see cref="ToString"/>.</summary>
    /// <exception cref="DataException">They are none.</exception>
    public static PreparationNotes Parse(string json)
    {
        var map = RowValue.Parse(json);
        return new(
            AccountJson.Read(map.Find("account")!),
            map.Find("first_chat") is { IsNull: false } chat ? ((int)chat.Find("source")!.Integer, ReadRow(chat.Find("row")!)!) : null,
            [.. map.Find("refused")!.Items.Select(r => new RefusedRow(ReadRow(r.Items[0]), r.Items[1].Text, r.Items[2].Text))]);
    }

    /// <summary>One line of JSON.</summary>
    public override string ToString() => RowValue.MapOf(
        ("account", AccountJson.Write(Account)),
        ("first_chat", FirstChat is { } chat ? RowValue.MapOf(("source", RowValue.Of((BigInteger)chat.Source)), ("row", Write(chat.Row))) : RowValue.Null),
        ("refused", RowValue.List([.. Refused.Select(r => RowValue.List(r.Row is null ? RowValue.Null : Write(r.Row), RowValue.Of(r.Fault), RowValue.Of(r.Message)))]))).ToString();

    private static RowValue Write(Row row) => RowValue.List(
        RowValue.Of(row.Origin.File), RowValue.Of((BigInteger)row.Origin.Line), RowValue.Of((BigInteger)(int)row.Origin.Unit), row.Value);

    private static Row? ReadRow(RowValue row) => row.IsNull ? null : new(row.Items[3], new(row.Items[0].Text, (long)row.Items[1].Integer) { Unit = (RowUnit)(int)row.Items[2].Integer });
}
