namespace TrlSharp.Training;

/// <summary>Division of counts that rounds up.</summary>
internal static class IntegerDivision
{
    public static int CeilingDivide(this int count, int size) => (count + size - 1) / size;
}
