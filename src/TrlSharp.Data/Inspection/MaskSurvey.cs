using TrlSharp.Examples;
using TrlSharp.Preparation;
using TrlSharp.Rows;
using TrlSharp.Sequences;

namespace TrlSharp.Inspection;

/// <summary>Goes over a data set as training would and tells of every row what became of it. Refused rows are told like all others; none is passed over.</summary>
/// <param name="builder">Template, tokenizer and policy.</param>
/// <param name="reader">How rows become examples.</param>
public sealed class MaskSurvey(SequenceBuilder builder, ExampleReader reader)
{
    /// <summary>The rows in their order. Streams.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="threads">Threads that read and prove; the result does not depend on them.</param>
    public IEnumerable<SurveyedRow> Read(IRowSource source, int threads = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        return OrderedParallel.OverRows(source, Look, threads);
    }

    private SurveyedRow Look(Row? row, DataException? fault)
    {
        if (row is null) return new SurveyedRow { Fault = fault };
        var surveyed = new SurveyedRow { Row = row };
        try
        {
            surveyed = surveyed with { Examples = reader.Read(row).Examples };
            return surveyed with { Results = [.. surveyed.Examples.Select(builder.Build)] };
        }
        catch (DataException e)
        {
            return surveyed with { Fault = e };
        }
    }
}
