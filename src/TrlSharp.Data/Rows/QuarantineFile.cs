using System.Text;

namespace TrlSharp.Rows;

/// <summary>
/// The rows that a run went round (<c>keep_going</c>), one JSON object a line: <c>row</c>, <c>fault</c>, <c>message</c> and the row itself under
/// <c>data</c>, so that they can be mended and read again. Written beside and renamed by <see cref="Complete"/>: it is there whole, or not at all.
/// </summary>
/// <remarks>Not for concurrent use: add in the order of the rows.</remarks>
public sealed class QuarantineFile : IDisposable
{
    private readonly string _path;
    private readonly string _staged;
    private readonly StreamWriter _writer;

    /// <summary>Begins the file.</summary>
    /// <param name="path">Where it will be; an older one is replaced when this one is complete.</param>
    /// <exception cref="ConfigException">The folder cannot be written.</exception>
    public QuarantineFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        _staged = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}-{Guid.NewGuid():N}");
        try
        {
            _writer = new StreamWriter(_staged, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigException($"The quarantine file {path} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Rows added so far.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds a refused row.</summary>
    /// <param name="row">The row; null when it could not be read at all, and only the message names it.</param>
    /// <param name="fault">A code such as <c>field-dropped</c>; <c>unreadable</c> for rows that are no rows.</param>
    /// <param name="message">The whole reason.</param>
    public void Add(Row? row, string fault, string message)
    {
        Rows++;
        _writer.WriteLine(RowValue.MapOf(
            ("row", row is null ? RowValue.Null : RowValue.Of(row.Origin.ToString())), ("fault", RowValue.Of(fault)), ("message", RowValue.Of(message)), ("data", row?.Value ?? RowValue.Null)).ToString());
    }

    /// <summary>Puts the file in its place. Without a refused row an empty file tells that there was none.</summary>
    public void Complete()
    {
        _writer.Dispose();
        File.Move(_staged, _path, overwrite: true);
    }

    /// <summary>Removes what is not complete.</summary>
    public void Dispose()
    {
        _writer.Dispose();
        File.Delete(_staged);
    }
}
